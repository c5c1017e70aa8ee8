package dev.atrium.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.gateway.Authentication;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Joined;
import dev.atrium.gateway.MemberPage;
import dev.atrium.gateway.Resumed;
import dev.atrium.room.Data;
import dev.atrium.room.History;
import dev.atrium.room.Presence;
import dev.atrium.room.Publication;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import dev.atrium.room.StreamPosition;
import dev.atrium.security.Identity;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Exact replies in the session protocol. */
class RepliesTest extends WithSession {

    private static final RoomId ROOM = RoomId.of("/", "r \"1\"");
    private static final StreamPosition POSITION = new StreamPosition("E", 7);

    @Test
    void a_user_is_welcomed_with_what_it_has_to_know() {
        Session session = session(user("ann"));
        session.resumableBy("secret");
        join(session, "lobby");
        assertThat(text(Replies.welcome(session, sessions.config().heartbeat(), 1_048_576)))
                .isEqualTo("{\"event\":\"@welcome\",\"data\":{\"id\":\"" + session.id()
                        + "\",\"user\":\"ann\",\"maxPayload\":1048576,"
                        + "\"heartbeat\":{\"interval\":25000,\"timeout\":20000},\"resume\":\"secret\","
                        + "\"places\":{\"lobby\":{\"epoch\":\"e-lobby\",\"offset\":5}}}}");
    }

    @Test
    void an_anonymous_client_has_no_user_and_a_client_that_has_to_authenticate_is_sent_that() {
        assertThat(text(Replies.welcome(session(Identity.ANONYMOUS), sessions.config().heartbeat(), 1)))
                .doesNotContain("\"user\"").doesNotContain("\"auth\"").contains("\"places\":{}");
        assertThat(text(Replies.welcome(session(Identity.NOBODY), sessions.config().heartbeat(), 1)))
                .doesNotContain("\"user\"").contains(",\"auth\":\"required\",\"maxPayload\":1,");
    }

    @Test
    void a_client_is_sent_the_expiry_before_it_comes() {
        assertThat(text(Replies.expiring(1795218376447L)))
                .isEqualTo("{\"event\":\"@expiring\",\"data\":{\"expires\":1795218376447}}");
        assertThat(text(Replies.goodbye(CloseReason.GOING_AWAY, 250))).isEqualTo(
                "{\"event\":\"@goodbye\",\"data\":{\"reason\":\"the replica is going away\",\"reconnect\":{\"after\":250}}}");
    }

    @Test
    void a_client_that_is_admitted_only_now_is_sent_its_positions() {
        Session session = session(user("ann"));
        session.resumableBy("secret");
        join(session, "ab");
        assertThat(text(Replies.authenticated(3L, session, new Authentication.Authenticated(user("ann"), true, List.of()))))
                .isEqualTo("{\"seq\":3,\"code\":200,\"body\":{\"user\":\"ann\",\"expires\":1795218376447,\"resume\":\"secret\","
                        + "\"places\":{\"ab\":{\"epoch\":\"e-ab\",\"offset\":2}}}}");
        assertThat(
                text(Replies.authenticated(4L, session, new Authentication.Authenticated(user("ann"), false, List.of(ROOM)))))
                .isEqualTo(
                        "{\"seq\":4,\"code\":200,\"body\":{\"user\":\"ann\",\"expires\":1795218376447,\"left\":[\"r \\\"1\\\"\"]}}");
    }

    static Stream<Arguments> replies() {
        Joined joined = new Joined(ROOM, POSITION, true, null);
        Joined everyone = new Joined(RoomId.everyone("/"), new StreamPosition("F", 0), false, null);
        Presence first = new Presence(new Sender("i1", "ann"), 5);
        Presence second = new Presence(new Sender("i2", null), 6);
        History history = new History(POSITION, List.of(
                new Publication(ROOM, "e", new Data.Text("t"), new Sender("i1", null), true).at(new StreamPosition("E", 6),
                        4999),
                new Publication(ROOM, "f", new Data.Binary(new byte[] { 1, 2 }), null, true).at(POSITION, 5000)));
        return Stream.of(
                Arguments.of("ok", Replies.ok(-1L), "{\"seq\":-1,\"code\":200}"),
                Arguments.of("ok to a command without seq", Replies.ok(null), "{\"code\":200}"),
                Arguments.of("joined", Replies.joined(1L, joined),
                        "{\"seq\":1,\"code\":200,\"body\":{\"room\":\"r \\\"1\\\"\",\"epoch\":\"E\",\"offset\":7,\"recovered\":true}}"),
                Arguments.of("joined everyone", Replies.joined(1L, everyone),
                        "{\"seq\":1,\"code\":200,\"body\":{\"epoch\":\"F\",\"offset\":0,\"recovered\":false}}"),
                Arguments.of("left", Replies.left(2L, ROOM), "{\"seq\":2,\"code\":200,\"body\":{\"room\":\"r \\\"1\\\"\"}}"),
                Arguments.of("sent", Replies.sent(null, new PublishResult(POSITION, 1795218376447999L)),
                        "{\"code\":200,\"body\":{\"epoch\":\"E\",\"offset\":7,\"at\":1795218376447}}"),
                Arguments.of("resumed",
                        Replies.resumed(3L, new Resumed(new Sender("i", "ann"), "next", List.of(joined, everyone))),
                        "{\"seq\":3,\"code\":200,\"body\":{\"id\":\"i\",\"user\":\"ann\",\"resume\":\"next\",\"rooms\":["
                                + "{\"room\":\"r \\\"1\\\"\",\"epoch\":\"E\",\"offset\":7,\"recovered\":true},"
                                + "{\"epoch\":\"F\",\"offset\":0,\"recovered\":false}]}}"),
                Arguments.of("resumed without a user",
                        Replies.resumed(3L, new Resumed(new Sender("i", null), "next", List.of())),
                        "{\"seq\":3,\"code\":200,\"body\":{\"id\":\"i\",\"resume\":\"next\",\"rooms\":[]}}"),
                Arguments.of("members", Replies.members(4L, new MemberPage<>(List.of(first, second), "6.i2")),
                        "{\"seq\":4,\"code\":200,\"body\":{\"members\":[{\"id\":\"i1\",\"user\":\"ann\",\"since\":5},"
                                + "{\"id\":\"i2\",\"since\":6}],\"next\":\"6.i2\"}}"),
                Arguments.of("no members", Replies.members(4L, new MemberPage<>(List.of(), null)),
                        "{\"seq\":4,\"code\":200,\"body\":{\"members\":[]}}"),
                Arguments.of("users",
                        Replies.users(5L, new MemberPage<>(List.of(new MemberPage.User("ann", 5, List.of("i1", "i3")),
                                new MemberPage.User(null, 6, List.of("i2"))), "6.i2")),
                        "{\"seq\":5,\"code\":200,\"body\":{\"members\":[{\"user\":\"ann\",\"since\":5,\"sessions\":[\"i1\",\"i3\"]},"
                                + "{\"since\":6,\"sessions\":[\"i2\"]}],\"next\":\"6.i2\"}}"),
                Arguments.of("history", Replies.history(6L, history),
                        "{\"seq\":6,\"code\":200,\"body\":{\"epoch\":\"E\",\"offset\":7,\"messages\":["
                                + "{\"event\":\"e\",\"room\":\"r \\\"1\\\"\",\"data\":\"t\",\"from\":{\"id\":\"i1\"},\"at\":4,\"epoch\":\"E\",\"offset\":6},"
                                + "{\"event\":\"f\",\"room\":\"r \\\"1\\\"\","
                                + "\"encoding\":\"base64\",\"data\":\"AQI=\",\"at\":5,\"epoch\":\"E\",\"offset\":7}]}}"),
                Arguments.of("called, nothing returned", Replies.called(7L, List.of()), "{\"seq\":7,\"code\":200}"),
                Arguments.of("called, null returned", Replies.called(7L, Arrays.asList((Object) null)),
                        "{\"seq\":7,\"code\":200,\"body\":null}"),
                Arguments.of("called, a value returned",
                        Replies.called(7L, List.of(new LinkedHashMap<>(Map.of("a", List.of(1, "b"))))),
                        "{\"seq\":7,\"code\":200,\"body\":{\"a\":[1,\"b\"]}}"),
                Arguments.of("an error of the request", Replies.error(8L, new ErrorReply(410, "the session has ended")),
                        "{\"seq\":8,\"code\":410,\"error\":\"the session has ended\"}"),
                Arguments.of("an error of a parameter",
                        Replies.error(8L, ErrorReply.parameter(403, "token", "of another user")),
                        "{\"seq\":8,\"code\":403,\"error\":\"params.token: of another user\"}"),
                Arguments.of("an error of the command",
                        Replies.error(null, ErrorReply.command("auth", "comes before any join")),
                        "{\"code\":409,\"error\":\"cmd: auth comes before any join\"}"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("replies")
    void a_reply_is_one_frame_of_text(String what, byte[] frame, String json) {
        assertThat(frame[0]).isEqualTo((byte) 0x81);
        assertThat(text(frame)).isEqualTo(json);
    }
}
