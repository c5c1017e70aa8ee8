package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.room.Presence;
import dev.atrium.room.Sender;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Pages of the members of a room, grouped by user. */
class MemberPageTest {

    private static final List<Presence> ROOM = List.of(
            member("~a1", "ann", 1), member("~b1", "bob", 2), member("~x1", null, 3), member("~a2", "ann", 4),
            member("~x2", null, 4));

    @Test
    void the_sessions_of_one_user_are_one_and_those_of_nobody_are_told_apart() {
        MemberPage<MemberPage.User> page = MemberPage.ofUsers(ROOM, null, 10);
        assertThat(page.next()).isNull();
        assertThat(page.members()).containsExactly(
                new MemberPage.User("ann", 1, List.of("~a1", "~a2")),
                new MemberPage.User("bob", 2, List.of("~b1")),
                new MemberPage.User(null, 3, List.of("~x1")),
                new MemberPage.User(null, 4, List.of("~x2")));
    }

    @Test
    void pages_follow_one_another_also_when_members_go_in_between() {
        List<Presence> all = IntStream.range(0, 10).mapToObj(i -> member("~" + i, null, i / 2)).toList();
        MemberPage<Presence> first = MemberPage.ofSessions(all, null, 4);
        assertThat(first.members()).isEqualTo(all.subList(0, 4));
        List<Presence> fewer = all.subList(2, 10);
        MemberPage<Presence> second = MemberPage.ofSessions(fewer, first.next(), 4);
        assertThat(second.members()).isEqualTo(all.subList(4, 8));
        MemberPage<Presence> last = MemberPage.ofSessions(fewer, second.next(), 4);
        assertThat(last.members()).isEqualTo(all.subList(8, 10));
        assertThat(last.next()).isNull();
    }

    @Test
    void a_cursor_that_is_none_is_refused() {
        assertThatThrownBy(() -> MemberPage.ofSessions(ROOM, "x", 1)).isInstanceOf(ErrorReply.class)
                .hasMessageStartingWith("cursor: ");
    }

    private static Presence member(String id, String user, long since) {
        return new Presence(new Sender(id, user), since);
    }
}
