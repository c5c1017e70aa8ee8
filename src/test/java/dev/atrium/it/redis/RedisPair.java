package dev.atrium.it.redis;

import dev.atrium.it.fixture.HostileProxy;
import dev.atrium.it.fixture.RedisProcess;
import java.io.IOException;

/** Two Redis, one the replica of the other, and one address for both, which leads to the primary. */
final class RedisPair implements AutoCloseable {

    private final HostileProxy address;
    private RedisProcess primary;
    private RedisProcess replica;
    /** Between the two, so that replication can be held back. */
    private HostileProxy replication;

    RedisPair() throws IOException {
        primary = RedisProcess.start();
        replica = RedisProcess.start();
        address = new HostileProxy(primary.port());
        replicate();
    }

    private void replicate() throws IOException {
        replication = new HostileProxy(primary.port());
        replica.replicate(replication.port());
    }

    /** Address of the primary, whichever it is. */
    String url() {
        return RedisProcess.urlOn(address.port());
    }

    /** Returns once the replica has everything. */
    void awaitReplicated() {
        if (!primary.command("WAIT 1 5000").equals(":1")) {
            throw new AssertionError("the replica lags");
        }
    }

    /** Holds back replication: what is written from now on is lost in a failover. */
    void holdBackReplication() {
        replication.swallow();
    }

    /** Makes the replica refuse writes, as a primary, unless it has a replica itself. */
    void refuseWritesWithoutReplica() {
        replica.command("CONFIG SET min-replicas-to-write 1");
    }

    /** Makes the primary accept writes. */
    void acceptWrites() {
        primary.command("CONFIG SET min-replicas-to-write 0");
    }

    /** Kills the primary, promotes the replica, and leads the address there. */
    void failOver() throws IOException {
        primary.stop();
        replica.promote();
        address.retarget(replica.port());
        address.cut();
        RedisProcess former = primary;
        primary = replica;
        replica = former;
    }

    /** Starts the former primary again, empty, as the replica of the present one. */
    void restore() throws IOException {
        replication.close();
        replica.resume();
        replicate();
    }

    @Override
    public void close() throws IOException {
        address.close();
        replication.close();
        primary.close();
        replica.close();
    }
}
