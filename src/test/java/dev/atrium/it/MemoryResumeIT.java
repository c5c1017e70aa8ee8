package dev.atrium.it;

/** Resuming where rooms are in memory. */
class MemoryResumeIT extends ResumeContract {

    MemoryResumeIT() {
        super(Cluster.inMemory(SETTINGS));
    }
}
