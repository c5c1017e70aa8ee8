package dev.atrium.backplane.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.BackplaneContract;
import dev.atrium.room.Data;
import dev.atrium.room.Node;
import dev.atrium.room.Position;
import dev.atrium.room.Publication;
import dev.atrium.room.RoomId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class MemoryBackplaneTest extends BackplaneContract {

    private final Node node = Node.create();
    private final HandClock clock = new HandClock();
    private final MemoryBackplane backplane = new MemoryBackplane(Duration.ofMinutes(10), clock);

    @Override
    protected Backplane backplane() {
        return backplane;
    }

    @Override
    protected Node node() {
        return node;
    }

    @Test
    void a_room_that_nobody_uses_is_forgotten_and_its_next_epoch_is_another() {
        Position before = say("a");
        clock.forward(Duration.ofMinutes(9));
        assertThat(say("a").epoch()).isEqualTo(before.epoch());
        clock.forward(Duration.ofMinutes(14));
        say("b");
        assertThat(backplane.size()).isEqualTo(1);
        Position after = say("a");
        assertThat(after.epoch()).isNotEqualTo(before.epoch());
        assertThat(after.offset()).isEqualTo(1);
    }

    private Position say(String room) {
        return backplane.publish(new Publication(RoomId.of("/", room), "message", Data.Json.NULL, null, true))
                .await().indefinitely().position();
    }

    private static final class HandClock extends Clock {
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        void forward(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
