package dev.atrium.bench.server;

import java.util.OptionalInt;

/** Place of a server: its processor, and the port of the Redis that its replicas share. */
public record Launch(int processor, OptionalInt redisPort) {

    public static Launch alone() {
        return new Launch(Pinning.SERVER, OptionalInt.empty());
    }

    public static Launch replica(int processor, int redisPort) {
        return new Launch(processor, OptionalInt.of(redisPort));
    }
}
