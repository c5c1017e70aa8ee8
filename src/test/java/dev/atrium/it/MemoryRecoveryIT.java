package dev.atrium.it;

/** Connection state recovery with rooms in memory. */
class MemoryRecoveryIT extends RecoveryContract {

    MemoryRecoveryIT() {
        super(Cluster.inMemory(SETTINGS));
    }
}
