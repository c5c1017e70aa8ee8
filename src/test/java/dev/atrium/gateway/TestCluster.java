package dev.atrium.gateway;

import dev.atrium.backplane.Backplane;
import dev.atrium.session.Sessions;

/** The replicas together, for tests of other packages. */
public final class TestCluster {

    private TestCluster() {
    }

    public static Cluster of(Backplane backplane, Sessions sessions) {
        return new Cluster(backplane, sessions);
    }
}
