package dev.atrium.transport.websocket;

import io.smallrye.mutiny.subscription.MultiSubscriber;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Hands the messages of one connection to its protocol. A subscriber, and not a callback of an operator's: around each of those
 * SmallRye Context Propagation captures and restores contexts, for every message, and there is none to be carried here.
 */
record MessageSubscriber<T>(Consumer<T> consumer) implements MultiSubscriber<T> {

    private static final Logger LOG = Logger.getLogger(MessageSubscriber.class);

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        // How much comes is bounded below, by the guard.
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
        // The end of the connection is reported by itself.
    }
}
