package dev.atrium.it.socketio;

import dev.atrium.it.fixture.Cluster;

/** Connection state recovery with rooms in memory. */
class MemoryRecoveryIT extends RecoveryContract {

    MemoryRecoveryIT() {
        super(Cluster.inMemory(SETTINGS));
    }
}
