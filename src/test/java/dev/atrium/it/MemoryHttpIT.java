package dev.atrium.it;

/** The HTTP side of rooms in memory. */
class MemoryHttpIT extends HttpContract {

    MemoryHttpIT() {
        super(Cluster.inMemory(SETTINGS));
    }
}
