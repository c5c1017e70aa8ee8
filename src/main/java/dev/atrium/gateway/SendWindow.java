package dev.atrium.gateway;

/**
 * Bounds the messages of one client that are on their way to the backplane: a client that sends faster than the backplane
 * takes is simply read more slowly. On the connection's event loop only.
 */
public final class SendWindow {

    private static final int MOST = 256;

    private final Runnable suspend;
    private final Runnable resume;
    private int onTheWay;
    private boolean full;

    /**
     * @param suspend handles no more of this client's messages
     * @param resume goes on with them
     */
    public SendWindow(Runnable suspend, Runnable resume) {
        this.suspend = suspend;
        this.resume = resume;
    }

    /** One more is on its way. */
    public void sent() {
        if (++onTheWay == MOST) {
            full = true;
            suspend.run();
        }
    }

    /** One has been taken, or refused. */
    public void answered() {
        if (--onTheWay <= MOST / 2 && full) {
            full = false;
            resume.run();
        }
    }
}
