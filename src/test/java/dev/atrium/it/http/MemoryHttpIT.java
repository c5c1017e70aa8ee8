package dev.atrium.it.http;

import dev.atrium.it.fixture.Cluster;

/** HTTP API of rooms in memory. */
class MemoryHttpIT extends HttpContract {

    MemoryHttpIT() {
        super(Cluster.inMemory(SETTINGS));
    }
}
