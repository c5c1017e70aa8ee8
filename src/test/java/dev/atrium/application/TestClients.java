package dev.atrium.application;

import dev.atrium.gateway.Cluster;
import dev.atrium.gateway.RoomService;

/** All clients, for tests of other packages. */
public final class TestClients {

    private TestClients() {
    }

    public static Clients of(RoomService service, Cluster cluster) {
        return new Clients(service, cluster, new Operations(service, cluster));
    }
}
