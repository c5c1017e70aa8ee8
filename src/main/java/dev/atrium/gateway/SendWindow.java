package dev.atrium.gateway;

import dev.atrium.session.Pausable;

/**
 * Bounds the messages of one client that are on their way to the backplane: a client that sends faster than the backplane
 * takes is simply read more slowly. On the connection's event loop only.
 */
public final class SendWindow {

    private static final int MOST = 256;

    private final Pausable connection;
    private final int most;
    private int onTheWay;
    private boolean full;

    /** Of the client of that connection. */
    public SendWindow(Pausable connection) {
        this(connection, MOST);
    }

    /** @param most that may be on their way at once */
    public SendWindow(Pausable connection, int most) {
        this.connection = connection;
        this.most = most;
    }

    /** One more is on its way. */
    public void sent() {
        if (++onTheWay == most) {
            full = true;
            connection.pause();
        }
    }

    /** One has been taken, or refused. */
    public void answered() {
        if (--onTheWay <= most / 2 && full) {
            full = false;
            connection.resume();
        }
    }
}
