package dev.atrium.it;

class MemoryRecoveryIT extends RecoveryContract {

    MemoryRecoveryIT() {
        super(Cluster.inMemory(SETTINGS));
    }
}
