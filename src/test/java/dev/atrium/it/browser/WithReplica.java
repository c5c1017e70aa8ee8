package dev.atrium.it.browser;

import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SharedReplicas;
import org.junit.jupiter.api.BeforeAll;

/** Base class of tests with a browser and the replica that all of them share. */
abstract class WithReplica extends WithBrowser {

    static Replica replica;

    @BeforeAll
    static void startReplica() {
        replica = SharedReplicas.open();
    }
}
