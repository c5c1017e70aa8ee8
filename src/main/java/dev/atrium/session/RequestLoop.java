package dev.atrium.session;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;

/** The event loop of the request that is being handled; what it waits for is handed to it there. */
public final class RequestLoop {

    private RequestLoop() {
    }

    /** On that event loop only. */
    public static EventLoop current() {
        for (EventExecutor each : Vertx.currentContext().owner().nettyEventLoopGroup()) {
            if (each.inEventLoop()) {
                return (EventLoop) each;
            }
        }
        throw new IllegalStateException("not on an event loop");
    }
}
