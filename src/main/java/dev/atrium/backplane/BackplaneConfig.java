package dev.atrium.backplane;

import dev.atrium.setting.DurationSetting;
import dev.atrium.setting.SizeSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Settings of the backplane. The address of Redis is {@code quarkus.redis.hosts}. */
@ConfigMapping(prefix = "atrium")
public interface BackplaneConfig {

    /** {@code memory}: this replica is alone. {@code redis}: replicas share rooms through Redis. */
    @WithDefault("memory")
    Kind backplane();

    /** Settings of rooms. */
    RoomSettings room();

    /** History that clients can read. */
    HistorySettings history();

    /** Resumption of sessions whose connection broke. */
    ResumeSettings resume();

    /** Idempotency keys of publications: a publication that is retried after a lost reply is not published twice. */
    IdempotencySettings idempotency();

    /** Only with {@code atrium.backplane=redis}. */
    RedisSettings redis();

    /** Backplane implementation. */
    enum Kind {
        /** In this process. */
        MEMORY,
        /** Redis 6.2 or later. */
        REDIS
    }

    interface RoomSettings {

        /** How long an unused room keeps its stream position, so that its offsets continue from there. */
        @WithDefault("1h")
        @WithConverter(DurationSetting.class)
        Duration ttl();
    }

    /**
     * History that clients can read: a message is kept while it is young enough, and among the newest of its room in number and
     * in bytes.
     */
    interface HistorySettings {

        /** Maximum number of messages per room; 0 keeps none. */
        @WithDefault("1000")
        int size();

        /** Maximum bytes of the messages per room. */
        @WithDefault("8M")
        @WithConverter(SizeSetting.class)
        long bytes();

        /**
         * Maximum share of the heap, in percent, that all rooms in memory take. Beyond it the oldest messages are dropped, and
         * then unused rooms. Only with {@code atrium.backplane=memory}.
         */
        @WithDefault("25")
        int heapPercent();

        /** Maximum age of a message. */
        @WithDefault("10m")
        @WithConverter(DurationSetting.class)
        Duration age();

        /** Overrides for the namespaces that match a pattern, in which {@code *} stands for any text. */
        Map<String, NamespaceHistory> namespace();
    }

    /** History limits of some namespaces; an absent value is taken from the defaults. */
    interface NamespaceHistory {

        /** Maximum number of messages per room; 0 keeps none. */
        OptionalInt size();

        /** Maximum bytes of the messages per room. */
        Optional<@WithConverter(SizeSetting.class) Long> bytes();

        /** Maximum age of a message. */
        Optional<@WithConverter(DurationSetting.class) Duration> age();
    }

    interface ResumeSettings {

        /** How long a session can be resumed; 0s: never. */
        @WithDefault("2m")
        @WithConverter(DurationSetting.class)
        Duration window();
    }

    interface IdempotencySettings {

        /** How long an idempotency key is remembered. */
        @WithDefault("5m")
        @WithConverter(DurationSetting.class)
        Duration window();
    }

    interface RedisSettings {

        /** Prefix of every key and channel; replicas with the same prefix share rooms. */
        @WithDefault("atrium")
        String prefix();

        /** How long a replica that no longer renews its lease counts as alive, and its sessions as present. */
        @WithDefault("10s")
        @WithConverter(DurationSetting.class)
        Duration lease();

        /**
         * Number of replicas of Redis that must have a message before it is acknowledged; 0: the primary alone. A failover to
         * one of them then loses nothing that was acknowledged.
         */
        @WithDefault("0")
        int acknowledgeReplicas();

        /** Minimum number of messages that a room's log keeps, for replicas whose subscription was cut; 0 keeps none. */
        @WithDefault("1000")
        int logSize();

        /**
         * Memory of Redis, in bytes, above which the logs of rooms are shortened with each message, until it is below; 0 for no
         * limit.
         */
        @WithDefault("0")
        @WithConverter(SizeSetting.class)
        long maxMemory();

        /** How long a room's log outlives its last message. */
        @WithDefault("5m")
        @WithConverter(DurationSetting.class)
        Duration logTtl();
    }
}
