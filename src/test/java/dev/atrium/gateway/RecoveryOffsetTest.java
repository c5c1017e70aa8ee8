package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.room.Data;
import dev.atrium.room.Message;
import dev.atrium.room.Publication;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The word by which a client of Socket.IO remembers its last message. */
class RecoveryOffsetTest {

    @Test
    void a_recovery_offset_holds_time_epoch_offset_and_room_of_the_message() {
        Message message = new Publication(RoomId.of("/chat", "a.b"), "message", new Data.Text("x"), null, true)
                .at(new StreamPosition("epoch", 7), 1_700_000_000_000_123L);
        assertThat(RecoveryOffset.of(message)).hasToString("1700000000000123.epoch.7.a.b");
    }

    @ParameterizedTest
    @ValueSource(strings = { "lobby", "", "a.b..c", ".", "1.e.2.x", "ö" })
    void a_recovery_offset_is_read_as_it_was_written_whatever_the_room_is_called(String room) {
        RecoveryOffset offset = new RecoveryOffset(room, new StreamPosition("e-_1", 42), 99);
        assertThat(RecoveryOffset.parse(offset.toString())).isEqualTo(offset);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "x", "1.e.2", "x.e.2.lobby", "1.e.x.lobby", "1.e..lobby", ".e.2.lobby",
            "9223372036854775808.e.2.lobby" })
    void anything_else_is_none(String word) {
        assertThat(RecoveryOffset.parse(word)).isNull();
    }
}
