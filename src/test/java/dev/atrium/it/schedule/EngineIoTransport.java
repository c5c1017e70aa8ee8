package dev.atrium.it.schedule;

import java.util.function.Consumer;

/** One connection of Engine.IO 4, without its upgrade. */
interface EngineIoTransport {

    /**
     * Connects.
     *
     * @param packets called with each packet, in their order
     * @param lost called when it is over, at least once
     */
    void open(Consumer<String> packets, Runnable lost);

    /** Sends a packet, after those before it. */
    void send(String packet);

    void abort();
}
