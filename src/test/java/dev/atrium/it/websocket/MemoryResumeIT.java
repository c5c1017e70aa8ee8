package dev.atrium.it.websocket;

import dev.atrium.it.fixture.Cluster;

/** Resuming sessions with rooms in memory. */
class MemoryResumeIT extends ResumeContract {

    MemoryResumeIT() {
        super(Cluster.inMemory(SETTINGS));
    }
}
