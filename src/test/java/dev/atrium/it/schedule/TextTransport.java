package dev.atrium.it.schedule;

import java.util.function.Consumer;

/** One connection over which texts go both ways, each way in their order. */
interface TextTransport {

    /**
     * Connects.
     *
     * @param heard called with each text
     * @param lost called when it is over, at least once
     */
    void open(Consumer<String> heard, Runnable lost);

    /** Sends a text, after those before it. */
    void send(String text);

    void abort();
}
