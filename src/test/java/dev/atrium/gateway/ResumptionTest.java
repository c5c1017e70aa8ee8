package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.backplane.BackplaneUnavailableException;
import dev.atrium.backplane.SavedSession;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import dev.atrium.room.StreamPosition;
import dev.atrium.security.Identity;
import dev.atrium.session.CloseReason;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which sessions are kept for their clients, and which clients get them back. */
class ResumptionTest extends WithGateway {

    /** Close reasons after which the client does not resume. */
    private static final Set<CloseReason> FOR_GOOD = EnumSet.of(CloseReason.NORMAL, CloseReason.RESUMED,
            CloseReason.DISCONNECTED, CloseReason.REVOKED,
            CloseReason.FORBIDDEN);

    @ParameterizedTest
    @EnumSource
    void a_session_is_kept_unless_its_client_was_done_or_was_sent_away_for_good(CloseReason reason) {
        Client client = admit(ANN);
        join(client, LOBBY);
        String token = client.session.resumeToken();
        client.session.close(reason);
        boolean kept = !FOR_GOOD.contains(reason);
        assertThat(events(Event.Disconnected.class)).singleElement().satisfies(event -> {
            assertThat(event.reason()).isEqualTo(reason);
            assertThat(event.rooms()).isOne();
            assertThat(event.suspended()).isEqualTo(kept);
        });
        assertThat(done(memory.sessions().resume(token, "/", "ann")) != null).isEqualTo(kept);
    }

    @Test
    void a_session_that_has_no_token_is_not_kept() {
        Client client = connect(ANN);
        client.session.close(CloseReason.GOING_AWAY);
        assertThat(events(Event.Disconnected.class)).extracting(Event.Disconnected::suspended).containsExactly(false);
    }

    @Test
    void no_session_gets_a_token_where_none_is_kept() {
        window = Duration.ZERO;
        start();
        Client client = admit(ANN);
        assertThat(client.session.resumeToken()).isNull();
        join(client, LOBBY);
        assertThat(client.session.membership(LOBBY)).isNotNull();
    }

    @Test
    void a_session_that_has_ended_meanwhile_is_not_kept() {
        Client client = connect(ANN);
        client.session.close(CloseReason.GOING_AWAY);
        assertThatThrownBy(() -> done(gateway.keep(client.session))).isInstanceOf(CancellationException.class);
        assertThat(client.session.resumeToken()).isNull();
    }

    @Test
    void a_join_that_changes_nothing_does_not_store_the_session_again() {
        Client client = admit(ANN);
        join(client, LOBBY);
        outages.put("save", BackplaneUnavailableException.notSent("test"));
        join(client, LOBBY);
        assertThat(error(gateway.execute(client.session, Cost.NONE, new Command.Join(LOBBY, true, null))).code())
                .as("it watches the presence from now on").isEqualTo(503);
    }

    /** Nothing would release it any more, and a client that was sent away for good could resume it. */
    @Test
    void a_session_that_has_ended_is_not_stored_by_what_it_was_doing() {
        Client client = admit(ANN);
        String token = client.session.resumeToken();
        client.session.close(CloseReason.DISCONNECTED);
        done(service.save(client.session));
        assertThat(done(memory.sessions().resume(token, "/", "ann"))).isNull();
    }

    @Test
    void a_stored_session_holds_the_rooms_that_the_client_joined_and_whether_it_watches_them() {
        Client client = admit(ANN);
        join(client, LOBBY);
        done(gateway.execute(client.session, Cost.NONE, new Command.Join(NEWS, true, null)));
        client.session.granted().add("news");
        done(service.save(client.session));
        SavedSession saved = saved(client);
        assertThat(saved.self()).isEqualTo(client.session.self());
        assertThat(saved.namespace()).isEqualTo("/");
        assertThat(saved.rooms()).isEqualTo(Map.of("lobby", false, "news", true));
        assertThat(saved.granted()).containsExactly("news");
    }

    @Test
    void the_rooms_that_are_kept_follow_what_the_client_does() {
        Client client = admit(ANN);
        join(client, LOBBY);
        join(client, NEWS);
        done(gateway.execute(client.session, Cost.NONE, new Command.Join(LOBBY, true, null)));
        done(gateway.execute(client.session, Cost.NONE, new Command.Leave(NEWS)));
        assertThat(saved(client).rooms()).isEqualTo(Map.of("lobby", true));
    }

    @Test
    void a_client_resumes_as_the_session_that_it_was_with_its_rooms() {
        Client first = admit(ANN);
        join(first, LOBBY);
        done(gateway.execute(first.session, Cost.NONE, new Command.Join(NEWS, true, null)));
        Sender self = first.session.self();
        String token = first.session.resumeToken();
        first.session.closed(CloseReason.CONNECTION_LOST);
        StreamPosition missed = say(LOBBY, "missed").position();
        Client second = admit(ANN);
        String former = second.session.id();
        Resumed resumed = done(gateway.execute(second.session, Cost.NONE,
                new Command.Resume(token, Map.of("lobby", new StreamPosition(missed.epoch(), 0)))));
        assertThat(resumed.self()).isEqualTo(self).isEqualTo(second.session.self());
        assertThat(resumed.token()).isNotEqualTo(token).isEqualTo(second.session.resumeToken());
        assertThat(resumed.rooms()).extracting(joined -> joined.room().name() + " " + joined.recovered())
                .containsExactlyInAnyOrder(self.id() + " false", " false", "lobby true", "news false");
        assertThat(second.session.membership(NEWS).watchesPresence()).isTrue();
        assertThat(second.session.membership(LOBBY).watchesPresence()).isFalse();
        assertThat(second.session.membership(RoomId.of("/", former))).isNull();
        assertThat(sessions.find(self.id())).isSameAs(second.session);
        assertThat(sessions.find(former)).isNull();
        assertThat(events(Event.Resumed.class)).containsExactly(new Event.Resumed(Event.Subject.of(second.session), former, 2));
        second.session.follow();
        turn();
        assertThat(second.received).containsExactly("missed");
        say(RoomId.everyone("/"), "for all, once");
        say(RoomId.of("/", former), "for the session that it is no longer");
        say(RoomId.of("/", self.id()), "for the session that it is");
        turn();
        assertThat(second.received).containsExactlyInAnyOrder("missed", "for all, once", "for the session that it is");
        assertThat(done(memory.members(LOBBY))).extracting(each -> each.who().id()).containsExactly(self.id());
    }

    @Test
    void a_client_that_resumes_ends_the_connection_that_it_still_has() {
        Client first = admit(ANN);
        join(first, LOBBY);
        Client second = admit(ANN);
        done(gateway.execute(second.session, Cost.NONE, new Command.Resume(first.session.resumeToken(), Map.of())));
        assertThat(first.closed).containsExactly(CloseReason.RESUMED);
        assertThat(second.closed).isEmpty();
        assertThat(second.session.membership(LOBBY)).isNotNull();
    }

    /** It would end its own connection as the former one. */
    @Test
    void a_session_resumes_once_and_not_itself() {
        Client client = admit(ANN);
        Command.Resume itself = new Command.Resume(client.session.resumeToken(), Map.of());
        assertThat(error(gateway.execute(client.session, Cost.NONE, itself)).code()).isEqualTo(409);
        Client first = admit(ANN);
        Command.Resume resume = new Command.Resume(first.session.resumeToken(), Map.of());
        first.session.closed(CloseReason.CONNECTION_LOST);
        done(gateway.execute(client.session, Cost.NONE, resume));
        ErrorReply error = error(gateway.execute(client.session, Cost.NONE, resume));
        assertThat(error.code()).isEqualTo(409);
        assertThat(error.getMessage()).isEqualTo("resume comes once, with the token of an earlier session");
        assertThat(client.closed).isEmpty();
    }

    @Test
    void rooms_that_a_client_may_not_enter_any_more_it_gets_back_only_if_the_application_put_it_there() {
        startRequired();
        Client first = admit(user("ann", "*:join presence"));
        done(gateway.execute(first.session, Cost.NONE, new Command.Join(LOBBY, true, null)));
        join(first, NEWS);
        RoomId staff = RoomId.of("/", "staff");
        first.session.granted().add("staff");
        done(service.join(first.session, staff, true, null));
        String token = first.session.resumeToken();
        first.session.closed(CloseReason.CONNECTION_LOST);
        Client second = admit(user("ann", "lobby:join"));
        Resumed resumed = done(gateway.execute(second.session, Cost.NONE, new Command.Resume(token, Map.of())));
        assertThat(resumed.rooms()).extracting(joined -> joined.room().name()).contains("lobby", "staff").doesNotContain("news")
                .hasSize(4);
        assertThat(second.session.membership(LOBBY).watchesPresence()).isFalse();
        assertThat(second.session.membership(staff).watchesPresence()).isFalse();
        assertThat(second.session.granted()).containsExactly("staff");
        second.session.closed(CloseReason.CONNECTION_LOST);
        Client third = admit(user("ann", "*:join presence"));
        done(gateway.execute(third.session, Cost.NONE, new Command.Resume(resumed.token(), Map.of())));
        assertThat(third.session.membership(NEWS)).as("a room that it was not in any more").isNull();
        assertThat(third.session.membership(LOBBY).watchesPresence()).isFalse();
    }

    @Test
    void a_session_that_resumes_as_it_was_is_not_stored_again() {
        Client first = admit(ANN);
        done(gateway.execute(first.session, Cost.NONE, new Command.Join(LOBBY, true, null)));
        done(service.add(first.session, NEWS));
        first.session.closed(CloseReason.CONNECTION_LOST);
        Client second = admit(ANN);
        outages.put("save", BackplaneUnavailableException.notSent("broken on purpose"));
        assertThat(done(gateway.execute(second.session, Cost.NONE, new Command.Resume(first.session.resumeToken(), Map.of())))
                .rooms()).hasSize(4);
    }

    @Test
    void a_token_that_leads_to_no_session_is_410() {
        Client client = admit(ANN);
        ErrorReply error = error(gateway.execute(client.session, Cost.NONE, new Command.Resume("unknown", Map.of())));
        assertThat(error.code()).isEqualTo(410);
        assertThat(error.subject()).isEqualTo(ErrorReply.Subject.PARAMETER);
        assertThat(error.getMessage()).isEqualTo("token: unknown, or older than sessions are kept; join the rooms again");
        assertThat(client.session.isOpen()).isTrue();
    }

    @Test
    void a_session_waits_for_its_client_as_long_as_the_window() {
        Client first = admit(ANN);
        first.session.closed(CloseReason.CONNECTION_LOST);
        clock.pass(window);
        Client second = admit(ANN);
        done(gateway.execute(second.session, Cost.NONE, new Command.Resume(first.session.resumeToken(), Map.of())));
        second.session.closed(CloseReason.CONNECTION_LOST);
        clock.pass(window.plusMillis(1));
        assertThat(
                error(gateway.execute(admit(ANN).session, Cost.NONE,
                        new Command.Resume(second.session.resumeToken(), Map.of()))).code())
                .isEqualTo(410);
    }

    @Test
    void a_client_that_has_joined_a_room_already_resumes_too_late() {
        Client first = admit(ANN);
        Client second = admit(ANN);
        join(second, LOBBY);
        ErrorReply error = error(
                gateway.execute(second.session, Cost.NONE, new Command.Resume(first.session.resumeToken(), Map.of())));
        assertThat(error.code()).isEqualTo(409);
        assertThat(error.subject()).isEqualTo(ErrorReply.Subject.COMMAND);
        assertThat(error.getMessage()).isEqualTo("resume comes before any join");
    }

    @Test
    void a_client_that_the_application_has_added_to_a_room_resumes_and_is_in_that_room_too() {
        RoomId news = RoomId.of("/", "news");
        Client first = admit(ANN);
        join(first, LOBBY);
        first.session.closed(CloseReason.CONNECTION_LOST);
        Client second = admit(ANN);
        done(service.add(second.session, news));
        Resumed resumed = done(
                gateway.execute(second.session, Cost.NONE, new Command.Resume(first.session.resumeToken(), Map.of())));
        assertThat(resumed.rooms()).extracting(joined -> joined.room().name()).contains("lobby", "news");
        assertThat(done(memory.members(news))).extracting(member -> member.who().id()).containsExactly(first.session.id());
        assertThat(saved(second).rooms()).isEqualTo(Map.of("lobby", false, "news", false));
    }

    @Test
    void a_client_resumes_in_a_thousand_rooms() {
        Client first = admit(ANN);
        for (int i = 0; i < 1_000; i++) {
            done(service.add(first.session, RoomId.of("/", "room-" + i)));
        }
        first.session.closed(CloseReason.CONNECTION_LOST);
        Resumed resumed = done(
                gateway.execute(admit(ANN).session, Cost.NONE, new Command.Resume(first.session.resumeToken(), Map.of())));
        assertThat(resumed.rooms()).hasSize(1_002);
    }

    @Test
    void the_session_of_another_user_is_403_and_stays_for_that_user() {
        Client ann = admit(ANN);
        String token = ann.session.resumeToken();
        ann.session.closed(CloseReason.CONNECTION_LOST);
        Client bob = admit(user("bob", "*:join"));
        String own = bob.session.resumeToken();
        ErrorReply error = error(gateway.execute(bob.session, Cost.NONE, new Command.Resume(token, Map.of())));
        assertThat(error.code()).isEqualTo(403);
        assertThat(error.getMessage()).isEqualTo("token: of a session of another user");
        assertThat(bob.session.resumeToken()).isEqualTo(own);
        Client back = admit(ANN);
        assertThat(done(gateway.execute(back.session, Cost.NONE, new Command.Resume(token, Map.of()))).self())
                .isEqualTo(ann.session.self());
    }

    @Test
    void a_resumption_that_is_refused_leaves_the_connection_of_the_session_alone() {
        Client ann = admit(ANN);
        join(ann, LOBBY);
        String token = ann.session.resumeToken();
        Client bob = admit(user("bob", "*:join"));
        Client inChat = connect(user("ann", "/chat *:join"), "/chat");
        assertThat(error(gateway.execute(bob.session, Cost.NONE, new Command.Resume(token, Map.of()))).code()).isEqualTo(403);
        assertThat(error(gateway.execute(inChat.session, Cost.NONE, new Command.Resume(token, Map.of()))).code())
                .isEqualTo(410);
        turn();
        assertThat(ann.closed).isEmpty();
        assertThat(saved(ann).rooms()).isEqualTo(Map.of("lobby", false));
    }

    @Test
    void a_session_of_an_anonymous_client_is_not_that_of_a_user() {
        Client anonymous = admit(Identity.ANONYMOUS);
        String token = anonymous.session.resumeToken();
        anonymous.session.closed(CloseReason.CONNECTION_LOST);
        assertThat(error(gateway.execute(admit(ANN).session, Cost.NONE, new Command.Resume(token, Map.of()))).code())
                .isEqualTo(403);
        assertThat(
                done(gateway.execute(admit(Identity.ANONYMOUS).session, Cost.NONE, new Command.Resume(token, Map.of()))).self())
                .isEqualTo(anonymous.session.self());
    }

    @Test
    void a_session_of_another_namespace_is_410() {
        Client first = admit(ANN);
        first.session.closed(CloseReason.CONNECTION_LOST);
        Client second = connect(user("ann", "/chat *:join"), "/chat");
        ErrorReply error = error(
                gateway.execute(second.session, Cost.NONE, new Command.Resume(first.session.resumeToken(), Map.of())));
        assertThat(error.code()).isEqualTo(410);
        assertThat(error.getMessage()).isEqualTo("token: of a session in another namespace");
    }

    @Test
    void a_session_taken_for_a_client_that_has_gone_meanwhile_is_kept_for_its_next_attempt() {
        Client first = admit(ANN);
        String token = first.session.resumeToken();
        first.session.closed(CloseReason.CONNECTION_LOST);
        Client second = admit(ANN);
        Uni<Resumed> resumption = gateway.execute(second.session, Cost.NONE, new Command.Resume(token, Map.of()));
        second.session.closed(CloseReason.CONNECTION_LOST);
        ErrorReply error = error(resumption);
        assertThat(error.code()).isEqualTo(410);
        assertThat(error.getMessage()).isEqualTo("the session has ended");
        assertThat(done(gateway.execute(admit(ANN).session, Cost.NONE, new Command.Resume(token, Map.of()))).self())
                .isEqualTo(first.session.self());
    }

    @Test
    void the_session_that_the_client_had_until_then_is_kept_no_longer() {
        Client first = admit(ANN);
        first.session.closed(CloseReason.CONNECTION_LOST);
        Client second = admit(ANN);
        String before = second.session.resumeToken();
        done(gateway.execute(second.session, Cost.NONE, new Command.Resume(first.session.resumeToken(), Map.of())));
        assertThat(done(memory.sessions().resume(before, "/", "ann"))).isNull();
    }

    @Test
    void a_store_out_of_reach_is_503_and_the_session_stays() {
        Client client = admit(ANN);
        outages.put("resume", BackplaneUnavailableException.notSent("test"));
        ErrorReply error = error(gateway.execute(client.session, Cost.NONE, new Command.Resume("token", Map.of())));
        assertThat(error.code()).isEqualTo(503);
        assertThat(client.session.isOpen()).isTrue();
    }

    @Test
    void a_client_that_cannot_have_all_its_rooms_is_closed_and_may_reconnect() {
        Client first = admit(ANN);
        join(first, LOBBY);
        first.session.closed(CloseReason.CONNECTION_LOST);
        Client second = admit(ANN);
        outages.put("enter", BackplaneUnavailableException.notSent("test"));
        assertThat(error(
                () -> done(gateway.execute(second.session, Cost.NONE, new Command.Resume(first.session.resumeToken(), Map.of()))
                        .onFailure().transform(ErrorReply::of)))
                .code()).isEqualTo(503);
        assertThat(second.closed).containsExactly(CloseReason.TRY_LATER);
    }

    @Test
    void positions_are_those_of_rooms_that_the_session_was_in() {
        SavedSession saved = new SavedSession("t", new Sender("~abcdefghijklmnopqrst", null), "/chat", Map.of("lobby", true),
                Set.of());
        StreamPosition lobby = new StreamPosition("e", 1);
        StreamPosition everyone = new StreamPosition("e", 2);
        StreamPosition own = new StreamPosition("e", 3);
        Map<String, StreamPosition> named = new HashMap<>(Map.of("lobby", lobby, "", everyone, "secret", lobby));
        assertThat(Resumption.positions(saved, named)).isEqualTo(Map.of("lobby", lobby, "", everyone));
        named.put("~abcdefghijklmnopqrst", own);
        Map<RoomId, StreamPosition> rooms = Resumption.rooms(saved, named);
        assertThat(rooms).hasSize(3).containsEntry(RoomId.of("/chat", "lobby"), lobby)
                .containsEntry(RoomId.everyone("/chat"), everyone)
                .containsEntry(RoomId.of("/chat", "~abcdefghijklmnopqrst"), own);
        assertThat(Resumption.rooms(saved, Map.of())).hasSize(3).containsEntry(RoomId.of("/chat", "lobby"), null);
    }

    private SavedSession saved(Client client) {
        return done(memory.sessions().resume(client.session.resumeToken(), "/", "ann"));
    }
}
