package dev.atrium.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.it.fixture.CapturedLog;
import dev.atrium.security.HandshakeInfo;
import dev.atrium.session.CloseReason;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Which handler is called for what in which namespace, with which parameters, and what becomes of its result. */
class HandlerRegistryTest {

    private static final String CLIENT = Client.class.getName();
    private static final String REASON = CloseReason.class.getName();
    private static final String STRING = String.class.getName();
    private static final Client ANN = new NamedClient("ann");

    private final List<String> calls = new ArrayList<>();

    private interface Body {
        Object call(Object[] parameters) throws Exception;
    }

    @Test
    void a_namespace_has_the_handlers_that_claim_it() {
        HandlerRegistry endpoints = endpoints(
                event("/", "hello", parameters -> "from /"),
                event("/chat", "hello", parameters -> "from /chat"),
                event("/chat", "bye", parameters -> "bye"));
        assertThat(endpoints.of("/other")).isNull();
        assertThat(HandlerRegistry.none().of("/")).isNull();
        assertThat(acknowledged(endpoints.of("/"), "hello")).containsExactly("from /");
        assertThat(acknowledged(endpoints.of("/chat"), "hello")).containsExactly("from /chat");
        assertThat(acknowledged(endpoints.of("/chat"), "bye")).containsExactly("bye");
        assertThat(endpoints.of("/").event(ANN, "bye", List::of)).as("not of this namespace").isNull();
        assertThat(endpoints.of("/").event(ANN, "Hello", List::of)).isNull();
    }

    @Test
    void the_result_of_a_handler_is_acknowledged() {
        assertThat(acknowledged(event("/", "e", parameters -> 7))).containsExactly(7);
        assertThat(acknowledged(event("/", "e", parameters -> null))).containsExactly((Object) null);
        assertThat(acknowledged(event("/", "e", parameters -> new Object[] { "a", 1, null }))).containsExactly("a", 1, null);
        assertThat(acknowledged(event("/", "e", parameters -> new Object[0]))).isEmpty();
        assertThat(acknowledged(event("/", "e", parameters -> new String[] { "a", "b" })))
                .as("an array of anything else is one value").hasSize(1);
        assertThat(acknowledged(event("/", "e", parameters -> Uni.createFrom().item("later")))).containsExactly("later");
    }

    @Test
    void a_handler_that_returns_nothing_acknowledges_nothing() {
        assertThat(acknowledged(
                new Handler(new HandlerDescription("/", HandlerDescription.Kind.EVENT, "e", false, true, false, List.of()),
                        (bean, parameters) -> "ignored", Values.JSON, Supplier::get)))
                .isEmpty();
    }

    @Test
    void a_client_is_sent_an_error_that_is_meant_for_it_and_of_any_other_only_that_there_was_one() {
        NamespaceHandlers meant = endpoints(event("/", "e", parameters -> {
            throw new ErrorReply(402, "pay first");
        })).of("/");
        assertThatThrownBy(() -> acknowledged(meant, "e"))
                .isInstanceOfSatisfying(ErrorReply.class, error -> assertThat(error.code()).isEqualTo(402))
                .hasMessage("pay first");
        for (Body fault : List.<Body> of(parameters -> {
            throw new IllegalStateException("secret");
        }, parameters -> Uni.createFrom().failure(new IOException("secret")))) {
            NamespaceHandlers broken = endpoints(event("/", "e", fault)).of("/");
            assertThatThrownBy(() -> acknowledged(broken, "e"))
                    .isInstanceOfSatisfying(ErrorReply.class, error -> assertThat(error.code()).isEqualTo(500))
                    .hasMessage("the handler of this event failed");
        }
    }

    @Test
    void a_client_is_admitted_unless_the_handler_rejects_it() {
        NamespaceHandlers open = endpoints(event("/", "e", parameters -> null)).of("/");
        open.connected(ANN, TextNode.valueOf("token")).await().indefinitely();
        NamespaceHandlers asks = endpoints(
                handler("/", HandlerDescription.Kind.CONNECT, "", false, List.of(CLIENT, STRING), parameters -> {
                    calls.add(((Client) parameters[0]).id() + " with " + parameters[1]);
                    if (parameters[1].equals("wrong")) {
                        throw new RefusedException("no", Map.of("retry", false));
                    }
                    if (parameters[1].equals("broken")) {
                        throw new IllegalStateException("secret");
                    }
                    return "ignored";
                })).of("/");
        asks.connected(ANN, TextNode.valueOf("right")).await().indefinitely();
        assertThatThrownBy(() -> asks.connected(ANN, TextNode.valueOf("wrong")).await().indefinitely())
                .isInstanceOfSatisfying(RefusedException.class,
                        refused -> assertThat(refused.data()).isEqualTo(Map.of("retry", false)))
                .hasMessage("no");
        assertThatThrownBy(() -> asks.connected(ANN, TextNode.valueOf("broken")).await().indefinitely())
                .isInstanceOfSatisfying(ErrorReply.class, error -> assertThat(error.code()).isEqualTo(500));
        assertThat(calls).containsExactly("ann with right", "ann with wrong", "ann with broken");
    }

    @Test
    void a_handler_is_called_with_the_client_that_left_and_the_reason_and_may_fail() {
        NamespaceHandlers endpoint = endpoints(
                handler("/", HandlerDescription.Kind.DISCONNECT, "", false, List.of(REASON, CLIENT), parameters -> {
                    calls.add(((Client) parameters[1]).id() + " " + parameters[0]);
                    throw new IllegalStateException("on purpose");
                })).of("/");
        endpoint.disconnected(ANN, CloseReason.SLOW_CONSUMER);
        assertThat(calls).containsExactly("ann SLOW_CONSUMER");
        endpoints(event("/", "e", parameters -> null)).of("/").disconnected(ANN, CloseReason.NORMAL);
        assertThat(calls).hasSize(1);
    }

    @Test
    void a_failure_of_a_disconnect_handler_is_logged_because_no_client_is_there_to_be_sent_it() {
        NamespaceHandlers endpoint = endpoints(handler("/", HandlerDescription.Kind.DISCONNECT, "", false, List.of(CLIENT),
                parameters -> Uni.createFrom().failure(new ErrorReply(503, "backplane unavailable")))).of("/");
        try (CapturedLog log = new CapturedLog(Handler.class.getName())) {
            endpoint.disconnected(ANN, CloseReason.NORMAL);
            assertThat(log.lines()).containsExactly("The application's handler of \"disconnect\" failed");
        }
    }

    @Test
    void a_handler_that_fails_at_each_call_does_not_fill_the_log_and_hides_no_other() {
        Body fault = parameters -> {
            throw new IllegalStateException("on purpose");
        };
        NamespaceHandlers endpoint = endpoints(event("/", "often", fault), event("/", "once", fault)).of("/");
        try (CapturedLog log = new CapturedLog(Handler.class.getName())) {
            for (int i = 0; i < 1_000; i++) {
                assertThatThrownBy(() -> acknowledged(endpoint, "often")).isInstanceOf(ErrorReply.class);
            }
            assertThatThrownBy(() -> acknowledged(endpoint, "once")).isInstanceOf(ErrorReply.class);
            assertThat(log.lines()).hasSizeLessThan(20).endsWith("The application's handler of \"once\" failed");
        }
    }

    @Test
    void the_client_takes_none_of_the_arguments_wherever_it_stands() {
        NamespaceHandlers endpoint = endpoints(
                handler("/", HandlerDescription.Kind.EVENT, "e", false, List.of(STRING, CLIENT, "int"),
                        parameters -> parameters[0] + " " + ((Client) parameters[1]).id() + " " + parameters[2]))
                .of("/");
        assertThat(acknowledged(endpoint, "e", TextNode.valueOf("a"), IntNode.valueOf(7))).containsExactly("a ann 7");
        assertThat(acknowledged(endpoint, "e", TextNode.valueOf("a"), IntNode.valueOf(7), IntNode.valueOf(8)))
                .as("one too many").containsExactly("a ann 7");
        assertThatThrownBy(() -> acknowledged(endpoint, "e", TextNode.valueOf("a"), TextNode.valueOf("b")))
                .hasMessage("argument 2: expected int");
        assertThatThrownBy(() -> acknowledged(endpoint, "e", TextNode.valueOf("a"))).hasMessage("argument 2: expected int");
    }

    @Test
    void variable_arguments_begin_behind_the_others_and_are_checked_each() {
        NamespaceHandlers endpoint = endpoints(
                handler("/", HandlerDescription.Kind.EVENT, "e", true, List.of(CLIENT, STRING, "[I"),
                        parameters -> parameters[1] + " " + Arrays.toString((int[]) parameters[2])))
                .of("/");
        assertThat(acknowledged(endpoint, "e", TextNode.valueOf("a"), IntNode.valueOf(1), IntNode.valueOf(2)))
                .containsExactly("a [1, 2]");
        assertThat(acknowledged(endpoint, "e", TextNode.valueOf("a"))).containsExactly("a []");
        assertThat(acknowledged(endpoint, "e")).as("fewer than the others").containsExactly("null []");
        assertThatThrownBy(() -> acknowledged(endpoint, "e", TextNode.valueOf("a"), IntNode.valueOf(1), TextNode.valueOf("x")))
                .hasMessage("argument 3: expected int");
    }

    @Test
    void a_handler_that_blocks_runs_on_another_thread() {
        Thread caller = Thread.currentThread();
        assertThat(acknowledged(
                new Handler(new HandlerDescription("/", HandlerDescription.Kind.EVENT, "e", true, false, false, List.of()),
                        (bean, parameters) -> Thread.currentThread() != caller, Values.JSON, Supplier::get)))
                .containsExactly(true);
        assertThat(acknowledged(event("/", "e", parameters -> Thread.currentThread() != caller))).containsExactly(false);
    }

    private static List<Object> acknowledged(Handler handler) {
        return acknowledged(endpoints(handler).of("/"), "e");
    }

    private static List<Object> acknowledged(NamespaceHandlers endpoint, String event, JsonNode... arguments) {
        return endpoint.event(ANN, event, () -> List.of(arguments)).await().atMost(Duration.ofSeconds(20));
    }

    private static HandlerRegistry endpoints(Handler... handlers) {
        return new HandlerRegistry(new Handlers(List.of(handlers)), null);
    }

    private static Handler event(String namespace, String event, Body body) {
        return handler(namespace, HandlerDescription.Kind.EVENT, event, false, List.of(), body);
    }

    private static Handler handler(String namespace, HandlerDescription.Kind kind, String event, boolean varArgs,
            List<String> types, Body body) {
        return new Handler(new HandlerDescription(namespace, kind, event, false, false, varArgs, types),
                (bean, parameters) -> body.call(parameters), Values.JSON, Supplier::get);
    }

    /** Has a name, and can do nothing. */
    private record NamedClient(String id) implements Client {

        @Override
        public String user() {
            return null;
        }

        @Override
        public String namespace() {
            return "/";
        }

        @Override
        public String address() {
            return "";
        }

        @Override
        public HandshakeInfo handshake() {
            return HandshakeInfo.NONE;
        }

        @Override
        public Map<String, Object> attributes() {
            return Map.of();
        }

        @Override
        public Set<String> rooms() {
            return Set.of();
        }

        @Override
        public Uni<Void> join(String room) {
            throw new AssertionError("not asked for");
        }

        @Override
        public Uni<Void> leave(String room) {
            throw new AssertionError("not asked for");
        }

        @Override
        public void emit(String event, Object... arguments) {
            throw new AssertionError("not asked for");
        }

        @Override
        public Uni<JsonNode> emitWithAck(Duration timeout, String event, Object... arguments) {
            throw new AssertionError("not asked for");
        }

        @Override
        public Uni<List<JsonNode>> emitWithAckValues(Duration timeout, String event, Object... arguments) {
            throw new AssertionError("not asked for");
        }

        @Override
        public Broadcast others() {
            throw new AssertionError("not asked for");
        }

        @Override
        public Broadcast to(String... rooms) {
            throw new AssertionError("not asked for");
        }

        @Override
        public void disconnect() {
            throw new AssertionError("not asked for");
        }
    }
}
