package dev.atrium.transport.websocket;

import io.smallrye.mutiny.subscription.MultiSubscriber;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Subscriber that passes the messages of one connection to its protocol. An operator's callback would cost more: SmallRye
 * Context Propagation captures and restores contexts around each call, and there is no context to propagate here.
 */
record MessageSubscriber<T>(Consumer<T> consumer) implements MultiSubscriber<T> {

    private static final Logger LOG = Logger.getLogger(MessageSubscriber.class);

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        // Unbounded: the frame guard applies backpressure below.
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onItem(T message) {
        consumer.accept(message);
    }

    @Override
    public void onFailure(Throwable failure) {
        LOG.error("The messages of a connection have ended", failure);
    }

    @Override
    public void onCompletion() {
        // The endpoint's close callback reports the end of the connection.
    }
}
