package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.atrium.file.FileCommand;
import dev.atrium.room.Data;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Membership;
import dev.atrium.room.Publication;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;
import dev.atrium.security.Identity;
import dev.atrium.security.TestSecurity;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Requester;
import dev.atrium.session.Session;
import dev.atrium.session.Transport;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Permissions of each command, and the errors of clients that lack them. */
class CommandTest extends WithGateway {

    private static final String OTHER_SESSION = "~abcdefghijklmnopqrst";
    private static final String UNAUTHENTICATED = "token: expected one before anything else";

    private static final Command<? super Session, ?> JOIN = new Command.Join(LOBBY, false, null);
    private static final Command<? super Session, ?> JOIN_AND_WATCH = new Command.Join(LOBBY, true, null);
    private static final Command<? super Session, ?> LEAVE = new Command.Leave(LOBBY);
    private static final Command<? super Session, ?> PUBLISH = new Command.Publish(LOBBY, null, new Data.Text("x"), true, null);
    private static final Command<? super Session, ?> READ = new Command.ReadHistory(LOBBY, HistoryQuery.after(0, 1));
    private static final Command<? super Session, ?> MEMBERS = new Command.ListMembers(LOBBY, null, 1);
    private static final Command<? super Session, ?> USERS = new Command.ListUsers(LOBBY, null, 1);
    private static final Command<? super Session, ?> RESUME = new Command.Resume("token", Map.of());
    private static final Command<? super Session, ?> RECOVER = new Command.Recover("token",
            new RecoveryOffset("", StreamPosition.START, 0));

    @BeforeEach
    void require() {
        startRequired("atrium.limits.room-name", "8");
    }

    static Stream<Arguments> permitted() {
        return Stream.of(
                arguments(JOIN, "lobby:join"),
                arguments(JOIN, "lobby:admin"),
                arguments(JOIN_AND_WATCH, "lobby:join presence"),
                arguments(JOIN_AND_WATCH, "lobby:join,*:presence"),
                arguments(LEAVE, ""),
                arguments(PUBLISH, "lobby:send"),
                arguments(READ, "lobby:history"),
                arguments(MEMBERS, "lobby:presence"),
                arguments(USERS, "lobby:presence"),
                arguments(RESUME, "news:send"),
                arguments(RECOVER, ""));
    }

    @ParameterizedTest
    @MethodSource("permitted")
    void a_client_may_what_it_was_granted(Command<? super Session, ?> command, String grants) {
        Client client = connect(user("ann", grants));
        assertThatCode(() -> command.permit(client.session, access)).doesNotThrowAnyException();
        assertThat(denials()).isEmpty();
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                arguments(JOIN, "lobby:send history presence publish", "room: the permission join is missing for it",
                        "join / lobby"),
                arguments(JOIN, "/chat lobby:join", "room: the permission join is missing for it", "join / lobby"),
                arguments(JOIN_AND_WATCH, "lobby:join", "room: the permission presence is missing for it", "presence / lobby"),
                arguments(JOIN_AND_WATCH, "lobby:presence", "room: the permission join is missing for it", "join / lobby"),
                arguments(PUBLISH, "lobby:join publish", "room: the permission send is missing for it", "send / lobby"),
                arguments(READ, "lobby:join", "room: the permission history is missing for it", "history / lobby"),
                arguments(MEMBERS, "lobby:join", "room: the permission presence is missing for it", "presence / lobby"),
                arguments(USERS, "lobby:join", "room: the permission presence is missing for it", "presence / lobby"),
                arguments(RESUME, "/chat *:join", "ns: the permission join is missing for every room of this namespace",
                        "join /"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void a_client_that_lacks_the_permission_is_403_and_the_denial_is_logged(Command<? super Session, ?> command, String grants,
            String message,
            String denied) {
        Client client = connect(user("ann", grants));
        ErrorReply error = error(() -> command.permit(client.session, access));
        assertThat(error.code()).isEqualTo(403);
        assertThat(error.getMessage()).isEqualTo(message);
        assertThat(denials()).containsExactly("PERMISSION " + denied);
        assertThat(client.closed).isEmpty();
    }

    static Stream<Command<? super Session, ?>> guarded() {
        return Stream.of(JOIN, LEAVE, PUBLISH, READ, MEMBERS, USERS, RESUME, new FileCommand.Write(null, "id", 0L, null),
                new FileCommand.Status(null, "id"), new FileCommand.Close(null, "id"), new FileCommand.Abort(null, "id"),
                new FileCommand.Read(null, "id", 0L));
    }

    @ParameterizedTest
    @MethodSource("guarded")
    void an_unauthenticated_client_is_401(Command<? super Session, ?> command) {
        Client client = connect(Identity.NOBODY);
        ErrorReply error = error(gateway.execute(client.session, Cost.NONE, command));
        assertThat(error.code()).isEqualTo(401);
        assertThat(error.getMessage()).isEqualTo(UNAUTHENTICATED);
        assertThat(denials()).containsExactly("AUTHENTICATION missing null");
    }

    @Test
    void an_unauthenticated_client_is_401_in_its_own_room_too() {
        Client client = connect(Identity.NOBODY);
        RoomId own = RoomId.of("/", client.session.id());
        assertThat(error(gateway.execute(client.session, Cost.NONE, new Command.Join(own, false, null))).code()).isEqualTo(401);
        assertThat(error(gateway.execute(client.session, Cost.NONE, new Command.ReadHistory(own, HistoryQuery.HEAD))).code())
                .isEqualTo(401);
    }

    static Stream<Function<RoomId, Command<? super Session, ?>>> named() {
        return Stream.of(room -> new Command.Join(room, false, null),
                room -> new Command.Publish(room, null, Data.Json.NULL, true, null),
                room -> new Command.ReadHistory(room, HistoryQuery.after(0, 1)), room -> new Command.ListMembers(room, null, 1),
                room -> new Command.ListUsers(room, null, 1));
    }

    @ParameterizedTest
    @MethodSource("named")
    void a_room_whose_name_is_longer_than_this_server_takes_is_400(Function<RoomId, Command<? super Session, ?>> command) {
        Client client = connect(ANN);
        ErrorReply error = error(() -> command.apply(RoomId.of("/", "123456789")).permit(client.session, access));
        assertThat(error.code()).isEqualTo(400);
        assertThat(error.getMessage()).isEqualTo("room: expected at most 8 bytes of UTF-8");
        assertThatCode(() -> command.apply(RoomId.of("/", "12345678")).permit(client.session, access))
                .doesNotThrowAnyException();
    }

    @Test
    void a_session_may_join_and_read_its_own_room_without_a_permission() {
        Client client = connect(user("ann", "lobby:join"));
        RoomId own = RoomId.of("/", client.session.id());
        new Command.Join(own, false, null).permit(client.session, access);
        new Command.ReadHistory(own, HistoryQuery.after(0, 1)).permit(client.session, access);
        assertThat(denials()).isEmpty();
    }

    @Test
    void a_session_may_not_watch_the_presence_of_its_own_room_without_the_permission() {
        startRequired();
        Client client = connect(user("ann", "lobby:join"));
        ErrorReply error = error(
                () -> new Command.Join(RoomId.of("/", client.session.id()), true, null).permit(client.session, access));
        assertThat(error.getMessage()).isEqualTo("room: the permission presence is missing for it");
    }

    @Test
    void a_session_may_not_read_the_own_room_of_another_whatever_it_was_granted() {
        startRequired();
        Client client = connect(user("ann", "*:admin"));
        ErrorReply error = error(() -> new Command.ReadHistory(RoomId.of("/", OTHER_SESSION), HistoryQuery.after(0, 1))
                .permit(client.session, access));
        assertThat(error.code()).isEqualTo(403);
        assertThat(error.getMessage()).isEqualTo("room: this is another session's own room");
    }

    @Test
    void a_session_in_as_many_rooms_as_it_may_be_is_429_for_one_more_but_not_for_one_that_it_is_in() {
        start("atrium.limits.rooms", "2");
        Client client = admit(Identity.ANONYMOUS);
        join(client, LOBBY);
        join(client, NEWS);
        ErrorReply error = error(
                gateway.execute(client.session, Cost.NONE, new Command.Join(RoomId.of("/", "third"), false, null)));
        assertThat(error.code()).isEqualTo(429);
        assertThat(error.getMessage()).isEqualTo("room: this session has reached its maximum number of rooms");
        assertThat(denials()).containsExactly("LIMIT rooms null");
        join(client, LOBBY);
        done(gateway.execute(client.session, Cost.NONE, new Command.Leave(LOBBY)));
        join(client, RoomId.of("/", "third"));
        assertThat(denials()).hasSize(1);
    }

    @Test
    void a_client_that_has_opened_too_many_rooms_opens_no_more_for_a_while_and_others_of_its_address_keep_theirs() {
        start("atrium.limits.new-rooms", "2");
        Client client = admit(Identity.ANONYMOUS);
        Client other = admit(Identity.ANONYMOUS);
        join(other, LOBBY);
        publish(client, RoomId.of("/", client.session.id()));
        publish(client, RoomId.of("/", "second"));
        ErrorReply refused = error(gateway.execute(client.session, Cost.NONE,
                new Command.Publish(NEWS, "say", new Data.Text("x"), true, null)));
        assertThat(refused.code()).isEqualTo(429);
        assertThat(refused.getMessage()).isEqualTo("room: too many new rooms, try again later");
        assertThat(error(gateway.execute(other.session, Cost.NONE, new Command.Join(NEWS, false, null))).code()).isEqualTo(429);
        assertThat(denials()).containsExactly("LIMIT new_rooms null", "LIMIT new_rooms null");
        publish(other, LOBBY);
        publish(client, LOBBY);
        join(client, LOBBY);
    }

    @Test
    void a_room_that_somebody_is_in_is_opened_by_nobody_although_nothing_was_published_in_it() {
        start("atrium.limits.new-rooms", "2");
        Client first = admit(Identity.ANONYMOUS);
        join(first, LOBBY);
        for (int i = 0; i < 5; i++) {
            join(first, LOBBY);
            join(admit(Identity.ANONYMOUS), LOBBY);
        }
        join(first, NEWS);
        assertThat(denials()).isEmpty();
    }

    @Test
    void a_client_that_opens_no_more_rooms_still_sends_to_sessions_which_it_does_not_open() {
        start("atrium.limits.new-rooms", "1");
        Client client = admit(Identity.ANONYMOUS);
        Client waiting = admit(Identity.ANONYMOUS);
        join(client, LOBBY);
        waiting.session.closed(CloseReason.CONNECTION_LOST);
        publish(client, RoomId.of("/", waiting.session.id()));
        assertThat(denials()).isEmpty();
    }

    @Test
    void a_client_that_reads_a_room_from_its_beginning_has_not_opened_it() {
        start("atrium.limits.new-rooms", "1");
        StreamPosition first = say(LOBBY, "first").position();
        Client client = admit(Identity.ANONYMOUS);
        StreamPosition beginning = new StreamPosition(first.epoch(), 0);
        done(gateway.execute(client.session, Cost.NONE, new Command.Join(LOBBY, false, beginning)));
        join(client, NEWS);
        assertThat(denials()).isEmpty();
    }

    @Test
    void a_namespace_that_nobody_is_in_counts_as_a_room_and_that_of_all_clients_does_not() {
        start("atrium.limits.new-rooms", "2");
        for (String namespace : List.of("/one", "/two")) {
            done(gateway.admit(connect(Identity.ANONYMOUS, namespace).session));
        }
        Client third = connect(Identity.ANONYMOUS, "/three");
        assertThat(error(gateway.admit(third.session)).getMessage()).isEqualTo("room: too many new rooms, try again later");
        assertThat(denials()).containsExactly("LIMIT new_rooms null");
        done(gateway.admit(connect(Identity.ANONYMOUS, "/one").session));
        admit(Identity.ANONYMOUS);
    }

    @Test
    void a_client_opens_no_more_rooms_by_polls_than_by_joins() {
        start("atrium.limits.new-rooms", "2");
        Client poll = connect(ANN);
        listen(poll, LOBBY, true);
        for (int i = 0; i < 5; i++) {
            listen(poll, LOBBY, false);
        }
        listen(poll, RoomId.of("/", "second"), true);
        ErrorReply refused = error(request(caller(ANN), new Command.Listen(poll.session, NEWS, null, true, () -> true)));
        assertThat(refused.getMessage()).isEqualTo("room: too many new rooms, try again later");
        listen(poll, LOBBY, false);
    }

    private void listen(Client poll, RoomId room, boolean opens) {
        gateway.stopListening(done(request(caller(ANN), new Command.Listen(poll.session, room, null, opens, () -> true))));
    }

    @ParameterizedTest
    @CsvSource({ "lobby:join, 200", "*:admin, 200", "lobby:history send presence publish, 403", "news:join, 403" })
    void a_client_without_a_session_listens_with_the_permission_to_join(String grants, int code) {
        Client poll = connect(user("ann", grants));
        Uni<Membership> listening = request(caller(user("ann", grants)),
                new Command.Listen(poll.session, LOBBY, null, false, () -> true));
        if (code == 200) {
            assertThat(done(listening).room()).isEqualTo(LOBBY);
        } else {
            assertThat(error(listening).code()).isEqualTo(code);
            assertThat(denials()).containsExactly("PERMISSION join / lobby");
        }
    }

    @Test
    void while_memory_is_scarce_nobody_joins_listens_or_resumes_but_members_publish() {
        access = new AccessControl(policy, limits, audit, TestSecurity.SCARCE_MEMORY);
        Client client = connect(ANN);
        for (Command<? super Session, ?> command : List.<Command<? super Session, ?>> of(JOIN, RESUME,
                new Command.Listen(client.session, LOBBY, null, false, () -> true))) {
            assertThat(error(() -> command.permit(client.session, access)).code()).isEqualTo(503);
        }
        assertThat(denials()).hasSize(3).allMatch(denial -> denial.startsWith("LIMIT "));
        assertThatCode(() -> PUBLISH.permit(client.session, access)).doesNotThrowAnyException();
    }

    @Test
    void a_message_to_a_session_that_does_not_exist_is_rejected_unless_it_is_the_application_s() {
        startRequired();
        Client client = admit(ANN);
        RoomId nobody = RoomId.of("/", OTHER_SESSION);
        Data data = new Data.Text("x");
        for (Command<Requester, ?> command : List.<Command<Requester, ?>> of(
                new Command.Publish(nobody, null, data, true, null),
                new Command.PublishVolatile(nobody, null, data, true, null))) {
            ErrorReply rejected = error(gateway.execute(client.session, Cost.NONE, command));
            assertThat(rejected.getMessage()).isEqualTo("room: there is no such session in this namespace");
            assertThat(rejected.code()).isEqualTo(404);
            assertThat(error(request(caller(ANN), command)).code()).isEqualTo(404);
            assertThat(error(request(caller(user("bob", "lobby:send")), command)).code())
                    .as("without the permission a client learns nothing of sessions").isEqualTo(403);
        }
        assertThat(events(Event.Accepted.class)).isEmpty();
        assertThat(done(service.publish(new Publication(nobody, "say", data, null, true), Transport.APPLICATION)).position()
                .offset()).isEqualTo(1);
        Client isNotInItsRoomYet = connect(ANN);
        publish(client, RoomId.of("/", isNotInItsRoomYet.session.id()));
        assertThat(error(gateway.execute(client.session, Cost.NONE,
                new Command.Publish(RoomId.of("/other", client.session.id()), "say", data, true, null))).code()).isEqualTo(403);
    }

    @Test
    void a_volatile_message_to_a_member_takes_the_permission_for_the_room_alone() {
        startRequired();
        Client ann = admit(user("ann", "lobby:join send"));
        Data data = new Data.Text("x");
        done(gateway.execute(ann.session, Cost.NONE, new Command.PublishVolatile(LOBBY, null, data, true, OTHER_SESSION)));
        assertThat(error(gateway.execute(ann.session, Cost.NONE,
                new Command.PublishVolatile(NEWS, null, data, true, OTHER_SESSION))).code()).isEqualTo(403);
        ErrorReply nobody = error(gateway.execute(ann.session, Cost.NONE,
                new Command.PublishVolatile(LOBBY, null, data, true, "lobby")));
        assertThat(nobody.code()).isEqualTo(400);
        assertThat(nobody.getMessage()).isEqualTo("to: expected the id of a session");
    }

    private void publish(Client client, RoomId room) {
        done(gateway.execute(client.session, Cost.NONE, new Command.Publish(room, "say", new Data.Text("x"), true, null)));
    }

    @Test
    void a_command_that_is_not_permitted_does_nothing() {
        Client client = connect(user("ann", "lobby:history join"));
        assertThat(error(gateway.execute(client.session, Cost.NONE, PUBLISH)).code()).isEqualTo(403);
        assertThat(done(service.history(LOBBY, HistoryQuery.after(0, 1))).messages()).isEmpty();
        assertThat(error(gateway.execute(client.session, Cost.NONE, JOIN_AND_WATCH)).code()).isEqualTo(403);
        assertThat(client.session.memberships()).isEmpty();
    }

    @Test
    void a_command_that_is_permitted_is_executed() {
        Client client = connect(ANN);
        join(client, LOBBY);
        assertThat(done(
                gateway.execute(client.session, Cost.NONE, new Command.Publish(LOBBY, "say", new Data.Text("x"), true, null)))
                .position().offset()).isOne();
        assertThat(done(gateway.execute(client.session, Cost.NONE, new Command.ReadHistory(LOBBY, HistoryQuery.after(0, 10))))
                .messages())
                .singleElement().satisfies(message -> {
                    assertThat(message.event()).isEqualTo("say");
                    assertThat(message.from()).isEqualTo(client.session.self());
                });
        assertThat(done(gateway.execute(client.session, Cost.NONE, new Command.ListMembers(LOBBY, null, 10))).members())
                .extracting(each -> each.who().id()).containsExactly(client.session.id());
        assertThat(done(gateway.execute(client.session, Cost.NONE, new Command.ListUsers(LOBBY, null, 10))).members())
                .extracting(MemberPage.User::user).containsExactly("ann");
        done(gateway.execute(client.session, Cost.NONE, new Command.Leave(LOBBY)));
        assertThat(client.session.membership(LOBBY)).isNull();
    }
}
