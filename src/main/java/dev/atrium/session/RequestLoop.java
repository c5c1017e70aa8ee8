package dev.atrium.session;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Vertx;

/** Lookup of the event loop of the request that is being handled; asynchronous results are passed to the request there. */
public final class RequestLoop {

    private RequestLoop() {
    }

    /**
     * Returns the current event loop. Called on an event loop only.
     *
     * @throws IllegalStateException if the calling thread is not an event loop
     */
    public static EventLoop current() {
        for (EventExecutor each : Vertx.currentContext().owner().nettyEventLoopGroup()) {
            if (each.inEventLoop()) {
                return (EventLoop) each;
            }
        }
        throw new IllegalStateException("not on an event loop");
    }
}
