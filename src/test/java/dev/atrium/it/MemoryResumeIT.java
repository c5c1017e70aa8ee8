package dev.atrium.it;

/** Resuming sessions with rooms in memory. */
class MemoryResumeIT extends ResumeContract {

    MemoryResumeIT() {
        super(Cluster.inMemory(SETTINGS));
    }
}
