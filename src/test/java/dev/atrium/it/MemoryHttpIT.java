package dev.atrium.it;

/** HTTP API of rooms in memory. */
class MemoryHttpIT extends HttpContract {

    MemoryHttpIT() {
        super(Cluster.inMemory(SETTINGS));
    }
}
