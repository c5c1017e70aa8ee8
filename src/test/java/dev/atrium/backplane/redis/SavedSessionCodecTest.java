package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.atrium.backplane.SavedSession;
import dev.atrium.room.Sender;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SavedSessionCodecTest {

    @Test
    void a_session_is_decoded_as_it_was_encoded() {
        SavedSession session = new SavedSession("n1.token", new Sender("id-1", "änn \"a\""), "/chat",
                Map.of("lobby", true, "stage", false), Set.of("stage"));
        assertThat(SavedSessionCodec.decode("n1.token", SavedSessionCodec.encode(session))).isEqualTo(session);
    }

    @Test
    void a_user_is_not_needed() {
        SavedSession session = new SavedSession("n1.token", new Sender("id-1", null), "/", Map.of(), Set.of());
        assertThat(SavedSessionCodec.decode("n1.token", SavedSessionCodec.encode(session))).isEqualTo(session);
    }

    @Test
    void a_session_of_a_version_without_granted_rooms_has_none() {
        assertThat(SavedSessionCodec.decode("t", "{\"id\":\"id-1\",\"ns\":\"/\",\"rooms\":{\"lobby\":true}}"))
                .isEqualTo(new SavedSession("t", new Sender("id-1", null), "/", Map.of("lobby", true), Set.of()));
    }

    @Test
    void the_warm_up_needs_no_session() {
        assertThatCode(SavedSessionCodec::warmUp).doesNotThrowAnyException();
    }
}
