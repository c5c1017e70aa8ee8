package dev.atrium.room;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Which members a message is for, what it weighs, and what it takes over from its publication. */
class MessageTest {

    private static final RoomId ROOM = RoomId.of("/", "a");

    private record Client(String id, Set<String> rooms) implements Recipient {

        @Override
        public boolean isIn(String room) {
            return rooms.contains(room);
        }
    }

    @ParameterizedTest(name = "from {0}, echo {1}, to {2} except {3}: for {4} in {5} {6}")
    @CsvSource(delimiter = '|', value = {
            // sender | echo | to  | except | member | in | is for it
            "         | true  |     |     | ann |     | true",
            "         | false |     |     | ann |     | true",
            "ann      | true  |     |     | ann |     | true",
            "ann      | false |     |     | ann |     | false",
            "ann      | false |     |     | bob |     | true",
            "         | true  | x   |     | ann | x   | true",
            "         | true  | x   |     | ann | y   | false",
            "         | true  | x y |     | ann | y   | true",
            "         | true  | x y |     | ann | x y | true",
            "         | true  | x   | y   | ann | x   | true",
            "         | true  | x   | y   | ann | x y | false",
            "         | true  | -   | y   | ann | y   | false",
            "         | true  | -   | y   | ann | x   | true",
            "         | true  | -   | y z | ann | z   | false",
            "ann      | false | x   |     | ann | x   | false",
            "ann      | false | x   |     | bob | x   | true",
            "ann      | true  | x   |     | ann | x   | true",
    })
    void a_message_is_for_its_audience_and_without_echo_not_for_its_sender(String from, boolean echo, String to, String except,
            String member,
            String in, boolean expected) {
        Audience audience = to == null ? null : new Audience(names(to), names(except));
        Message message = message(from == null ? null : new Sender(from, null), echo, audience, new Data.Text("a"));
        assertThat(message.isFor(new Client(member, names(in)))).isEqualTo(expected);
    }

    @ParameterizedTest(name = "sender {0}, echo {1}, audience {2}: {3}")
    @CsvSource({ "true, true, false, true", "true, false, false, false", "false, false, false, true",
            "false, true, true, false",
            "true, true, true, false", "true, false, true, false" })
    void a_message_is_for_all_unless_a_member_is_excluded(boolean sender, boolean echo, boolean audience,
            boolean expected) {
        assertThat(message(sender ? new Sender("ann", null) : null, echo, audience ? new Audience(Set.of("x"), Set.of()) : null,
                new Data.Text("a")).isForAll()).isEqualTo(expected);
    }

    @Test
    void an_audience_does_not_change_with_the_sets_that_it_was_made_of() {
        Set<String> to = new HashSet<>(Set.of("x"));
        Set<String> except = new HashSet<>(Set.of("y"));
        Audience audience = new Audience(to, except);
        to.clear();
        except.clear();
        assertThat(audience).isEqualTo(new Audience(Set.of("x"), Set.of("y")));
    }

    static Stream<Arguments> data() {
        return Stream.of(Arguments.of(new Data.Text("12345"), 105), Arguments.of(new Data.Text(""), 100),
                Arguments.of(new Data.Json("[1]"), 103), Arguments.of(Data.Json.NULL, 104),
                Arguments.of(new Data.Binary(new byte[7]), 107),
                Arguments.of(new Data.Arguments("[1,2]", List.of(new byte[10], new byte[20])), 135));
    }

    @ParameterizedTest
    @MethodSource("data")
    void the_size_of_a_message_is_that_of_its_data_and_100_more(Data data, int size) {
        assertThat(message(null, true, null, data).size()).isEqualTo(size);
    }

    @ParameterizedTest
    @CsvSource({ "0, 0", "999, 0", "1000, 1", "1700000000123999, 1700000000123" })
    void clients_are_sent_the_time_in_whole_milliseconds(long micros, long millis) {
        Message message = new Publication(ROOM, "message", Data.Json.NULL, null, true).at(StreamPosition.START, micros);
        assertThat(message.at()).isEqualTo(millis);
    }

    @Test
    void a_message_is_its_publication_at_a_position() {
        Sender ann = new Sender("ann", "u");
        Audience audience = new Audience(Set.of("x"), Set.of());
        Data data = new Data.Binary("x".getBytes(StandardCharsets.UTF_8));
        Publication publication = new Publication(ROOM, "greeting", data, ann, false, audience, "key");
        assertThat(publication.idempotency()).isEqualTo("key");
        Message message = publication.in("span").at(new StreamPosition("e", 7), 1234);
        assertThat(message).isEqualTo(new Message(ROOM, "greeting", data, ann, false, audience, "span", 1234, "e", 7));
        assertThat(message.position()).isEqualTo(new StreamPosition("e", 7));
        assertThat(publication.in("span").in(null)).isEqualTo(publication);
        assertThat(publication.in("span").idempotency()).isEqualTo("key");
    }

    @Test
    void a_publication_has_only_what_it_was_given() {
        Data data = Data.Json.NULL;
        assertThat(new Publication(ROOM, "e", data, null, true))
                .isEqualTo(new Publication(ROOM, "e", data, null, true, null, null, null));
        assertThat(new Publication(ROOM, "e", data, null, false, "key"))
                .isEqualTo(new Publication(ROOM, "e", data, null, false, null, "key", null));
    }

    @Test
    void a_presence_event_is_for_all_but_its_subject_and_a_gap_for_all() {
        Client ann = new Client("ann", Set.of());
        PresenceEvent event = new PresenceEvent(ROOM, PresenceEvent.Change.JOINED, new Sender("ann", null));
        assertThat(event.isForAll()).isFalse();
        assertThat(event.isFor(ann)).isFalse();
        assertThat(event.isFor(new Client("bob", Set.of()))).isTrue();
        assertThat(event.size()).isEqualTo(100);
        HistoryGap gap = new HistoryGap(ROOM, StreamPosition.START);
        assertThat(gap.isForAll()).isTrue();
        assertThat(gap.isFor(ann)).isTrue();
        assertThat(gap.size()).isEqualTo(100);
    }

    @Test
    void members_are_listed_by_the_time_they_joined_and_then_by_id() {
        Presence late = new Presence(new Sender("a", null), 2);
        Presence first = new Presence(new Sender("b", null), 1);
        Presence second = new Presence(new Sender("c", null), 1);
        assertThat(Stream.of(late, second, first).sorted(Presence.LONGEST_FIRST)).containsExactly(first, second, late);
    }

    private static Message message(Sender from, boolean echo, Audience audience, Data data) {
        return new Message(ROOM, "message", data, from, echo, audience, null, 1, "e", 1);
    }

    private static Set<String> names(String names) {
        return names == null || names.equals("-") ? Set.of() : Set.of(names.split(" "));
    }
}
