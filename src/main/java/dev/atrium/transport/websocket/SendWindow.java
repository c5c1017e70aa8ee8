package dev.atrium.transport.websocket;

/**
 * Bounds the messages of one client that are on their way to the backplane: a client that sends faster than the backplane
 * takes is simply read more slowly. On the connection's event loop only.
 */
final class SendWindow {

    private static final int MOST = 256;

    private final FrameHandler connection;
    private int onTheWay;
    private boolean full;

    SendWindow(FrameHandler connection) {
        this.connection = connection;
    }

    void sent() {
        if (++onTheWay == MOST) {
            full = true;
            connection.suspend();
        }
    }

    void answered() {
        if (--onTheWay <= MOST / 2 && full) {
            full = false;
            connection.resume();
        }
    }
}
