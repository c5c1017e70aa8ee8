package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.atrium.backplane.BackplaneUnavailableException;
import dev.atrium.room.Data;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Membership;
import dev.atrium.room.Message;
import dev.atrium.room.Presence;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.room.RoomPage;
import dev.atrium.room.Sender;
import dev.atrium.security.Caller;
import dev.atrium.security.Identity;
import dev.atrium.session.CloseReason;
import dev.atrium.session.HttpRequester;
import dev.atrium.session.Transport;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Commands of clients, with a session and without one. */
class GatewayTest extends WithGateway {

    private static final String OF_ROOM = "room: the permission %s is missing for it";
    private static final String OF_NAMESPACE = "ns: the permission %s is missing for this namespace as a whole";
    private static final Data TEXT = new Data.Text("x");

    @Test
    void a_session_is_counted_for_its_user_until_it_ends() {
        start("atrium.limits.connections-per-user", "1");
        Client first = connect(ANN);
        ErrorReply error = error(() -> connect(ANN));
        assertThat(error.code()).isEqualTo(429);
        assertThat(error.getMessage()).isEqualTo("too many connections of this user");
        assertThat(denials()).containsExactly("LIMIT connections_per_user null");
        assertThat(events(Event.Connected.class)).containsExactly(new Event.Connected(Event.Subject.of(first.session)));
        first.session.closed(CloseReason.NORMAL);
        assertThat(connect(ANN).session.isOpen()).isTrue();
    }

    @Test
    void a_session_that_has_ended_is_known_no_longer_and_its_connection_until_it_is_gone() {
        Client client = connect(ANN);
        assertThat(sessions.find(client.session.id())).isSameAs(client.session);
        client.session.close(CloseReason.GOING_AWAY);
        assertThat(sessions.find(client.session.id())).isNull();
        assertThat(sessions.connections()).isOne();
        gateway.disconnected();
        assertThat(sessions.connections()).isZero();
    }

    @Test
    void a_client_that_authenticates_counts_for_that_user_and_no_longer_for_the_one_before() {
        start("atrium.limits.connections-per-user", "1");
        Client client = connect(Identity.ANONYMOUS);
        authentication.identify(client.session, ANN);
        assertThat(error(() -> connect(ANN)).code()).isEqualTo(429);
        authentication.identify(client.session, user("bob", "*:join"));
        assertThat(connect(ANN).session.isOpen()).isTrue();
        assertThat(error(() -> connect(user("bob", ""))).code()).isEqualTo(429);
    }

    @Test
    void a_session_without_a_command_is_closed_as_too_silent_once() {
        Client client = connect(ANN);
        gateway.tooSilent(client.session);
        gateway.tooSilent(client.session);
        assertThat(client.closed).containsExactly(CloseReason.NO_COMMAND);
        assertThat(denials()).containsExactly("LIMIT first_command null");
    }

    @Test
    void a_session_without_error_replies_is_closed_at_one_message_too_many_and_its_client_is_kept_out() {
        start("atrium.limits.messages", "1");
        Client client = connect(ANN);
        for (int i = 0; i < 5; i++) {
            assertThat(gateway.chargeOrClose(client.session, 1)).isTrue();
        }
        assertThat(client.session.isOpen()).isTrue();
        assertThat(gateway.chargeOrClose(client.session, 1)).isFalse();
        assertThat(client.closed).containsExactly(CloseReason.TOO_MANY_MESSAGES);
        assertThat(error(() -> connect(ANN)).getMessage()).isEqualTo("closed for too many messages; wait a few seconds");
    }

    @Test
    void a_ping_too_many_is_not_answered_and_closes_nothing() {
        start("atrium.limits.messages", "1", "atrium.limits.bytes", "1024");
        Client client = connect(ANN);
        for (int i = 0; i < 5; i++) {
            assertThat(gateway.chargePing(client.session)).isTrue();
        }
        assertThat(gateway.chargePing(client.session)).isFalse();
        assertThat(client.session.isOpen()).isTrue();
    }

    @Test
    void several_messages_in_one_are_charged_together_or_not_at_all() {
        start("atrium.limits.messages", "1");
        Client client = connect(ANN);
        assertThat(gateway.charge(client.session, new Cost(1, 1))).isNull();
        assertThat(gateway.charge(client.session, new Cost(5, 1)).code()).isEqualTo(429);
        assertThat(gateway.charge(client.session, new Cost(4, 1))).isNull();
        assertThat(gateway.charge(client.session, Cost.message(1)).code()).isEqualTo(429);
    }

    @Test
    void a_command_over_the_limit_is_not_executed_and_one_that_is_charged_elsewhere_is() {
        start("atrium.limits.messages", "1");
        Client client = connect(ANN);
        Command.Join join = new Command.Join(LOBBY, false, null);
        assertThat(gateway.charge(client.session, new Cost(5, 1))).isNull();
        assertThat(error(gateway.execute(client.session, Cost.message(1), join)).code()).isEqualTo(429);
        assertThat(client.session.membership(LOBBY)).isNull();
        done(gateway.execute(client.session, Cost.NONE, join));
        assertThat(client.session.membership(LOBBY)).isNotNull();
    }

    @Test
    void messages_that_are_not_permitted_or_too_many_are_counted_as_refused() {
        startRequired("atrium.limits.messages", "1");
        Client client = connect(user("eve", "*:join"));
        Command.Publish publish = new Command.Publish(LOBBY, "say", TEXT, true, null);
        assertThat(error(gateway.execute(client.session, Cost.message(1), publish)).code()).isEqualTo(403);
        assertThat(gateway.charge(client.session, new Cost(4, 1))).isNull();
        assertThat(error(gateway.execute(client.session, Cost.message(1), publish)).code()).isEqualTo(429);
        assertThat(error(gateway.execute(client.session, Cost.NONE, new Command.Join(LOBBY, true, null))).code())
                .as("no message").isEqualTo(403);
        HttpRequester request = new HttpRequester(caller(user("eve", "")));
        assertThat(error(() -> gateway.requirePublish(request, LOBBY)).code()).isEqualTo(403);
        assertThat(events(Event.Refused.class)).containsExactly(new Event.Refused(Transport.SESSION, 403),
                new Event.Refused(Transport.SESSION, 429), new Event.Refused(Transport.HTTP, 403));
    }

    @Test
    void malformed_messages_are_charged_and_answered_by_the_limit_once_it_is_exceeded() {
        start("atrium.limits.messages", "1");
        Client client = connect(ANN);
        ErrorReply malformed = ErrorReply.badRequest("no such command");
        for (int i = 0; i < 5; i++) {
            assertThat(gateway.chargeMalformed(client.session, Cost.message(1), malformed)).isSameAs(malformed);
        }
        assertThat(gateway.chargeMalformed(client.session, Cost.message(1), malformed).code()).isEqualTo(429);
    }

    @Test
    void a_session_joins_its_own_room_and_its_namespaces_if_it_has_the_permission() {
        startRequired();
        Client client = connect(user("ann", "lobby:send"));
        done(gateway.admit(client.session));
        assertThat(client.session.memberships()).extracting(each -> each.room().name()).containsExactlyInAnyOrder("",
                client.session.id());
        Client stranger = connect(user("bob", "/chat *:join"));
        assertThat(error(gateway.admit(stranger.session)).code()).isEqualTo(403);
        assertThat(stranger.session.memberships()).isEmpty();
        Client unauthenticated = connect(Identity.NOBODY);
        assertThat(error(gateway.admit(unauthenticated.session)).code()).isEqualTo(401);
    }

    @Test
    void a_client_without_a_session_publishes_in_the_name_of_its_user() {
        PublishResult result = done(request(caller(ANN), new Command.Publish(LOBBY, null, TEXT, true, null, "00-trace")));
        Message message = done(service.history(LOBBY, HistoryQuery.after(0, 1))).messages().get(0);
        assertThat(message.position()).isEqualTo(result.position());
        assertThat(message.event()).isEqualTo("message");
        assertThat(message.from()).isEqualTo(new Sender(null, "ann"));
        assertThat(message.echo()).isTrue();
        assertThat(events(Event.Accepted.class)).singleElement().satisfies(event -> {
            assertThat(event.transport()).isEqualTo(Transport.HTTP);
            assertThat(event.publication().traceparent()).isEqualTo("00-trace");
        });
    }

    @Test
    void a_backend_publishes_without_a_sender() {
        startRequired();
        done(request(caller(key("*:publish")), new Command.Publish(LOBBY, "say", TEXT, true, null, null)));
        Message message = done(service.history(LOBBY, HistoryQuery.after(0, 1))).messages().get(0);
        assertThat(message.from()).isNull();
        assertThat(message.event()).isEqualTo("say");
    }

    @Test
    void a_client_without_a_session_publishes_no_more_bytes_than_a_session() {
        start("atrium.limits.bytes", "1024");
        HttpRequester anonymous = new HttpRequester(caller(Identity.ANONYMOUS));
        gateway.chargeBytes(anonymous, 5 * 1024);
        assertThat(error(() -> gateway.chargeBytes(anonymous, 1024)).code()).isEqualTo(429);
        assertThat(events(Event.Refused.class)).containsExactly(new Event.Refused(Transport.HTTP, 429));
    }

    static Stream<Arguments> requests() {
        return Stream.of(
                arguments("send", OF_ROOM, new Command.Publish(LOBBY, null, TEXT, true, null, null)),
                arguments("presence", OF_ROOM, new Command.ListMembers(LOBBY, null, 10)),
                arguments("presence", OF_ROOM, new Command.ListUsers(LOBBY, null, 10)),
                arguments("join", OF_ROOM, new Command.ReadState(LOBBY)),
                arguments("history", OF_ROOM, new Command.ReadHistory(LOBBY, HistoryQuery.after(0, 10))),
                arguments("join", OF_ROOM, new Command.Listen(null, LOBBY, null, true, () -> false)),
                arguments("send", OF_NAMESPACE, new Command.Publish(RoomId.everyone("/"), null, TEXT, true, null, null)),
                arguments("admin", OF_NAMESPACE, new Command.Disconnect("/", "~abcdefghijklmnopqrst")));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void a_request_without_a_session_needs_the_permission_as_well(String permission, String message,
            Command<? super HttpRequester, ?> command) {
        startRequired();
        ErrorReply unknown = error(request(caller(Identity.NOBODY), command));
        assertThat(unknown.code()).isEqualTo(401);
        ErrorReply error = error(request(caller(user("ann", "news:admin")), command));
        assertThat(error.code()).isEqualTo(403);
        assertThat(error.getMessage()).isEqualTo(message.formatted(permission));
    }

    @Test
    void members_and_users_of_a_room_are_those_of_its_sessions() {
        Client one = admit(ANN);
        Client two = admit(ANN);
        join(one, LOBBY);
        clock.pass(Duration.ofMillis(5));
        join(two, LOBBY);
        assertThat(done(request(caller(ANN), new Command.ListMembers(LOBBY, null, 10))).members()).extracting(Presence::who)
                .containsExactlyInAnyOrder(one.session.self(), two.session.self());
        assertThat(done(request(caller(ANN), new Command.ListUsers(LOBBY, null, 10))).members()).singleElement()
                .satisfies(user -> assertThat(user.sessions()).hasSize(2));
    }

    @Test
    void the_state_of_a_room_has_its_members_only_for_clients_that_may_see_them() {
        startRequired();
        join(admit(user("bob", "lobby:join")), LOBBY);
        PublishResult last = say(LOBBY, "x");
        assertThat(done(request(caller(user("ann", "lobby:join presence")), new Command.ReadState(LOBBY))))
                .isEqualTo(new RoomState(1, last.position()));
        assertThat(done(request(caller(user("ann", "lobby:join")), new Command.ReadState(LOBBY))))
                .isEqualTo(new RoomState(null, last.position()));
    }

    @Test
    void the_rooms_of_a_namespace_are_those_that_the_client_may_join_and_the_next_page_begins_behind_all_of_them() {
        startRequired();
        for (String name : new String[] { "a", "b", "c", "d" }) {
            say(RoomId.of("/", name), "x");
        }
        Caller ann = caller(user("ann", "a:join,c:join,b:send"));
        assertThat(done(request(ann, new Command.ListRooms("/", "", null, 3))).names()).containsExactly("a", "c");
        assertThat(done(request(ann, new Command.ListRooms("/", "", null, 3))).next()).isEqualTo("c");
        assertThat(done(request(ann, new Command.ListRooms("/", "", "c", 3)))).isEqualTo(new RoomPage(List.of(), null));
        assertThat(error(request(ann, new Command.ListRooms("/chat", "", null, 3))).code()).isEqualTo(403);
    }

    @Test
    void an_administrator_ends_a_session_of_the_namespace() {
        Client client = admit(ANN);
        Caller admin = caller(key("/* *:admin"));
        assertThat(done(request(admin, new Command.Disconnect("/chat", client.session.id())))).isFalse();
        assertThat(done(request(admin, new Command.Disconnect("/", "lobby")))).isFalse();
        assertThat(done(request(admin, new Command.Disconnect("/", "~abcdefghijklmnopqrst")))).isFalse();
        assertThat(client.closed).isEmpty();
        assertThat(done(request(admin, new Command.Disconnect("/", client.session.id())))).isTrue();
        assertThat(client.closed).containsExactly(CloseReason.DISCONNECTED);
    }

    @Test
    void a_listener_without_a_session_is_seen_by_no_client() {
        Client listener = connect(ANN);
        Membership membership = done(request(caller(ANN), new Command.Listen(listener.session, LOBBY, null, true, () -> true)));
        membership.follow();
        say(LOBBY, "one");
        turn();
        gateway.stopListening(membership);
        say(LOBBY, "two");
        turn();
        assertThat(listener.received).containsExactly("one");
        assertThat(done(memory.members(LOBBY))).isEmpty();
    }

    @Test
    void a_client_that_is_gone_before_it_listens_is_410() {
        assertThat(error(request(caller(ANN), new Command.Listen(connect(ANN).session, LOBBY, null, true, () -> false))).code())
                .isEqualTo(410);
    }

    @Test
    void an_event_of_a_session_names_its_identity() {
        Client client = connect(ANN);
        gateway.upgraded(client.session, "websocket");
        gateway.heartbeatMissed(client.session);
        Event.Subject ann = Event.Subject.of(client.session);
        assertThat(events).containsExactly(new Event.Connected(ann), new Event.Upgraded(ann, "websocket"),
                new Event.HeartbeatMissed(ann));
        assertThat(ann).isEqualTo(new Event.Subject(client.session.self(), "/", Transport.SESSION, "192.0.2.1"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            chat | lobby | ns: expected a namespace that begins with /
            /a b | lobby | ns: expected no space, comma or question mark
            /    | ''    | room: expected a name of 1 to 255 bytes
            """)
    void a_room_that_cannot_be_is_400_and_the_field_is_named(String namespace, String name, String message) {
        ErrorReply error = error(() -> Gateway.room(namespace, name));
        assertThat(error.code()).isEqualTo(400);
        assertThat(error.getMessage()).isEqualTo(message);
        assertThat(Gateway.room("/chat", "lobby")).isEqualTo(RoomId.of("/chat", "lobby"));
    }

    @Test
    void a_name_that_is_too_long_here_is_400() {
        start("atrium.limits.room-name", "4");
        assertThat(error(() -> gateway.requireName(LOBBY)).code()).isEqualTo(400);
        gateway.requireName(NEWS);
    }

    static Stream<Command<? super HttpRequester, ?>> remote() {
        return Stream.of(
                new Command.Publish(LOBBY, null, TEXT, true, null, null),
                new Command.ListMembers(LOBBY, null, 10),
                new Command.ListUsers(LOBBY, null, 10),
                new Command.ReadState(LOBBY),
                new Command.ReadHistory(LOBBY, HistoryQuery.after(0, 10)),
                new Command.ListRooms("/", "", null, 10),
                new Command.Disconnect("/", "~abcdefghijklmnopqrst"));
    }

    @ParameterizedTest
    @MethodSource("remote")
    void a_backplane_out_of_reach_is_503(Command<? super HttpRequester, ?> command) {
        for (String method : new String[] { "publish", "members", "history", "rooms", "end" }) {
            outages.put(method, BackplaneUnavailableException.notSent("test"));
        }
        ErrorReply error = error(request(caller(key("/* *:admin")), command));
        assertThat(error.code()).isEqualTo(503);
        assertThat(error.isRepeatable()).isTrue();
    }
}
