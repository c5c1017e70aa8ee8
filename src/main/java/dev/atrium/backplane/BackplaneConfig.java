package dev.atrium.backplane;

import dev.atrium.setting.DurationSetting;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Settings of what replicas share. The address of Redis is {@code quarkus.redis.hosts}. */
@ConfigMapping(prefix = "atrium")
public interface BackplaneConfig {

    /** {@code memory}: this replica is alone. {@code redis}: replicas share rooms through Redis. */
    @WithDefault("memory")
    Kind backplane();

    /** What a room keeps. */
    RoomSettings room();

    /** What clients can read again. */
    HistorySettings history();

    /** Sessions whose connection broke. */
    ResumeSettings resume();

    /** Publications that are said again because their answer was lost. */
    IdempotencySettings idempotency();

    /** Only with {@code atrium.backplane=redis}. */
    RedisSettings redis();

    /** Which implementation. */
    enum Kind {
        /** In this process. */
        MEMORY,
        /** Redis 6.2 or later. */
        REDIS
    }

    /** What a room keeps. */
    interface RoomSettings {

        /** How long a room that nobody uses keeps its place, so that its offsets go on where they were. */
        @WithDefault("1h")
        @WithConverter(DurationSetting.class)
        Duration ttl();
    }

    /** What clients can read again: a message must be among the newest of its room, and young enough. */
    interface HistorySettings {

        /** Messages of each room; 0 keeps none. */
        @WithDefault("1000")
        int size();

        /** Age of the oldest. */
        @WithDefault("10m")
        @WithConverter(DurationSetting.class)
        Duration age();

        /** Other figures for the namespaces that match a pattern, in which {@code *} stands for anything. */
        Map<String, NamespaceHistory> namespace();
    }

    /** Figures for some namespaces; what is absent is as for all others. */
    interface NamespaceHistory {

        /** Messages of each room; 0 keeps none. */
        OptionalInt size();

        /** Age of the oldest. */
        Optional<@WithConverter(DurationSetting.class) Duration> age();
    }

    /** Sessions whose connection broke. */
    interface ResumeSettings {

        /** How long they can be resumed; 0s: never. */
        @WithDefault("2m")
        @WithConverter(DurationSetting.class)
        Duration window();
    }

    /** Publications that are said again because their answer was lost. */
    interface IdempotencySettings {

        /** How long an idempotency key is remembered. */
        @WithDefault("5m")
        @WithConverter(DurationSetting.class)
        Duration window();
    }

    /** Only with {@code atrium.backplane=redis}. */
    interface RedisSettings {

        /** What every key and channel begins with; replicas with the same prefix share rooms. */
        @WithDefault("atrium")
        String prefix();

        /** How long a replica that no longer renews its lease counts as alive, and its members as present. */
        @WithDefault("10s")
        @WithConverter(DurationSetting.class)
        Duration lease();

        /** Messages that a room's log keeps, at least, for replicas whose subscription was cut; 0 keeps none. */
        @WithDefault("1000")
        int logSize();

        /** How long a room's log outlives its last message. */
        @WithDefault("5m")
        @WithConverter(DurationSetting.class)
        Duration logTtl();
    }
}
