package dev.atrium.it.schedule;

import java.util.function.Consumer;

/** Connection that carries texts in both directions, in order. */
interface TextTransport {

    /**
     * Connects.
     *
     * @param received called with each text
     * @param lost called at least once when the connection has ended
     */
    void open(Consumer<String> received, Runnable lost);

    /** Sends a text, after the previous ones. */
    void send(String text);

    void abort();
}
