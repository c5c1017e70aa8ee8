package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.room.Presence;
import dev.atrium.room.Sender;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages in which members and users of a room are listed. */
class MemberPageTest {

    private static final List<Presence> ROOM = List.of(
            member("~a1", "ann", 1), member("~b1", "bob", 2), member("~x1", null, 3), member("~a2", "ann", 4),
            member("~x2", null, 4));

    @Test
    void the_sessions_of_one_user_are_one_member_and_anonymous_sessions_are_listed_apart() {
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

    @ParameterizedTest
    @ValueSource(strings = { "x", "", ".", ".~a1", "~a1", "1", "1x.~a1", "99999999999999999999.~a1" })
    void a_cursor_that_is_none_is_refused(String cursor) {
        assertThatThrownBy(() -> MemberPage.ofSessions(ROOM, cursor, 1)).isInstanceOf(ErrorReply.class)
                .hasMessage("cursor: expected the next of the page before");
    }

    @ParameterizedTest
    @CsvSource({
            "0.~zz, ~a1",
            "1.~a0, ~a1",
            "1.~a1, ~b1",
            "1.~a9, ~b1",
            "3.~x1, ~a2",
            "4.~a2, ~x2",
            "4.~b, ~x2",
            "-1., ~a1" })
    void a_page_begins_with_the_first_member_after_the_cursor_also_if_that_member_has_gone(String cursor, String first) {
        assertThat(MemberPage.ofSessions(ROOM, cursor, 1).members()).extracting(each -> each.who().id()).containsExactly(first);
    }

    @ParameterizedTest
    @CsvSource({ "4.~x2, 5", "4.~x9, 5", "10.~a, 5" })
    void behind_the_last_member_there_is_an_empty_page_and_no_other(String cursor, int limit) {
        assertThat(MemberPage.ofSessions(ROOM, cursor, limit)).isEqualTo(new MemberPage<Presence>(List.of(), null));
    }

    @ParameterizedTest
    @CsvSource({ "4, 4.~a2", "5, ", "6, " })
    void there_is_a_next_page_only_if_a_member_is_left(int limit, String next) {
        assertThat(MemberPage.ofSessions(ROOM, null, limit).next()).isEqualTo(next);
    }

    @Test
    void pages_of_users_follow_one_another() {
        MemberPage<MemberPage.User> first = MemberPage.ofUsers(ROOM, null, 2);
        assertThat(first.members()).extracting(MemberPage.User::user).containsExactly("ann", "bob");
        assertThat(first.next()).isEqualTo("2.~b1");
        MemberPage<MemberPage.User> second = MemberPage.ofUsers(ROOM, first.next(), 2);
        assertThat(second.members()).extracting(MemberPage.User::sessions).containsExactly(List.of("~x1"), List.of("~x2"));
        assertThat(second.next()).isNull();
    }

    @Test
    void a_user_whose_name_looks_like_a_session_is_not_that_session() {
        assertThat(MemberPage.ofUsers(List.of(member("~s", null, 1), member("~t", "~s", 2)), null, 10).members()).hasSize(2);
    }

    @Test
    void a_room_without_members_is_one_empty_page() {
        assertThat(MemberPage.ofSessions(List.of(), null, 10)).isEqualTo(new MemberPage<Presence>(List.of(), null));
    }

    private static Presence member(String id, String user, long since) {
        return new Presence(new Sender(id, user), since);
    }
}
