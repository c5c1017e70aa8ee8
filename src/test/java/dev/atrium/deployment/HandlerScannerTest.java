package dev.atrium.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.application.Client;
import dev.atrium.application.HandlerDescription;
import dev.atrium.application.Namespace;
import dev.atrium.application.OnConnect;
import dev.atrium.application.OnDisconnect;
import dev.atrium.application.OnEvent;
import dev.atrium.room.PublishResult;
import dev.atrium.session.CloseReason;
import io.quarkus.gizmo.ClassCreator;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.inject.Vetoed;
import jakarta.enterprise.inject.spi.DeploymentException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jboss.jandex.ClassInfo;
import org.jboss.jandex.Index;
import org.jboss.jandex.Indexer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scanner that finds the event handlers in the index of an application. */
class HandlerScannerTest {

    @Vetoed
    @Namespace("/chat")
    static class Chat {

        @OnConnect
        void connect(Client client) {
        }

        @OnEvent("move")
        int move(Client client, List<? extends String> names, byte[] picture, String... rest) {
            return 0;
        }

        @Blocking
        @OnEvent("report")
        String report() {
            return "";
        }

        @RunOnVirtualThread
        @OnEvent("virtual")
        String virtual() {
            return "";
        }

        @OnDisconnect
        void gone() {
        }
    }

    @Vetoed
    @Namespace
    @Blocking
    static class Everything {

        @OnEvent("slow")
        void slow() {
        }

        @OnEvent("slow")
        void again() {
        }

        @OnEvent("hidden")
        private void hidden() {
        }

        @NonBlocking
        @OnEvent("quick")
        void quick() {
        }

        void helper() {
        }
    }

    @Test
    void a_handler_is_described_by_its_event_and_parameters() throws IOException {
        ClassInfo type = Index.singleClass(Chat.class);
        HandlerScanner scanner = new HandlerScanner();
        assertThat(scanner.namespace(type)).isEqualTo("/chat");
        assertThat(describe(scanner, type, "connect"))
                .isEqualTo(new HandlerDescription("/chat", HandlerDescription.Kind.CONNECT, "", false,
                        true, false, List.of(Client.class.getName())));
        assertThat(describe(scanner, type, "move")).isEqualTo(new HandlerDescription("/chat", HandlerDescription.Kind.EVENT,
                "move", false,
                false, true, List.of(Client.class.getName(), "java.util.List<java.lang.String>", "[B", "[Ljava.lang.String;")));
        assertThat(describe(scanner, type, "report").blocking()).isTrue();
        assertThat(describe(scanner, type, "virtual").blocking()).as("off the event loop, too").isTrue();
        assertThat(describe(scanner, type, "gone").kind()).isEqualTo(HandlerDescription.Kind.DISCONNECT);
    }

    @Test
    void a_bean_without_a_name_has_the_default_namespace_and_a_blocking_bean_blocking_handlers() throws IOException {
        ClassInfo type = Index.singleClass(Everything.class);
        HandlerScanner scanner = new HandlerScanner();
        assertThat(scanner.namespace(type)).isEqualTo("/");
        assertThat(describe(scanner, type, "slow").blocking()).isTrue();
        assertThat(describe(scanner, type, "quick").blocking()).isFalse();
        assertThat(HandlerScanner.isHandler(type.firstMethod("helper"))).isFalse();
    }

    interface Greeter<T> {

        String greet(T name);
    }

    @Vetoed
    @Namespace("/greeter")
    static class GenericHandlers implements Greeter<String> {

        @Override
        @OnEvent("greet")
        public String greet(String name) {
            return name;
        }
    }

    @Test
    void a_bridge_of_the_compiler_is_no_second_handler() throws IOException {
        assertThat(Index.singleClass(GenericHandlers.class).methods()).filteredOn(method -> method.name().equals("greet"))
                .hasSize(2).filteredOn(HandlerScanner::isHandler).hasSize(1);
    }

    @Test
    void a_namespace_and_an_event_are_claimed_once() throws IOException {
        ClassInfo type = Index.singleClass(Everything.class);
        HandlerScanner scanner = new HandlerScanner();
        scanner.namespace(type);
        assertThatThrownBy(() -> scanner.namespace(type)).isInstanceOf(DeploymentException.class)
                .hasMessageContaining("namespace /: claimed by");
        describe(scanner, type, "slow");
        assertThatThrownBy(() -> describe(scanner, type, "again")).isInstanceOf(DeploymentException.class)
                .hasMessageContainingAll("\"slow\"", "slow()", "again()");
    }

    @Test
    void a_private_handler_is_rejected() throws IOException {
        ClassInfo type = Index.singleClass(Everything.class);
        assertThatThrownBy(() -> describe(new HandlerScanner(), type, "hidden")).isInstanceOf(DeploymentException.class)
                .hasMessageContaining("hidden(): a handler is neither private nor static");
    }

    @Vetoed
    @Namespace("chat")
    static class WithoutSlash {
    }

    @Test
    void a_namespace_that_no_client_can_connect_to_is_rejected() throws IOException {
        ClassInfo type = Index.singleClass(WithoutSlash.class);
        assertThatThrownBy(() -> new HandlerScanner().namespace(type)).isInstanceOf(DeploymentException.class)
                .hasMessageContainingAll("WithoutSlash", "@Namespace(\"chat\")");
    }

    @Vetoed
    @Namespace("/heir")
    static class Heir extends Everything {
    }

    @Test
    void a_handler_of_a_superclass_is_rejected_because_it_would_never_be_called() throws IOException {
        Index index = Index.of(Heir.class, Everything.class, Chat.class);
        assertThatThrownBy(() -> new HandlerScanner().requireNoInherited(index.getClassByName(Heir.class), index))
                .isInstanceOf(DeploymentException.class).hasMessageContainingAll("Everything", "Heir");
        new HandlerScanner().requireNoInherited(index.getClassByName(Chat.class), index);
        assertThat(index.getKnownClasses()).hasSize(3);
    }

    interface WithHandler {

        @OnEvent("say")
        default void say(String text) {
        }
    }

    interface NarrowerInterface extends WithHandler {
    }

    @Vetoed
    @Namespace("/inheriting")
    static class InheritingHandlers implements NarrowerInterface {
    }

    @Test
    void a_handler_of_an_interface_is_rejected_because_it_would_never_be_called() throws IOException {
        Index index = Index.of(InheritingHandlers.class, NarrowerInterface.class, WithHandler.class);
        assertThatThrownBy(() -> new HandlerScanner().requireNoInherited(index.getClassByName(InheritingHandlers.class), index))
                .isInstanceOf(DeploymentException.class).hasMessageContainingAll("WithHandler.say", "InheritingHandlers");
    }

    @Vetoed
    static class Base {

        @OnEvent("say")
        void say(String text) {
        }
    }

    @Vetoed
    @Namespace("/own")
    static class Own extends Base {

        @Override
        @OnEvent("say")
        void say(String text) {
        }
    }

    @Test
    void a_handler_that_the_class_declares_again_is_its_own() throws IOException {
        Index index = Index.of(Base.class, Own.class);
        new HandlerScanner().requireNoInherited(index.getClassByName(Own.class), index);
        HandlerScanner.requireNamespaces(index);
        assertThat(index.getKnownClasses()).hasSize(2);
    }

    @Vetoed
    @Namespace("/mistakes")
    static class Mistakes {

        @OnEvent("multi")
        Multi<String> multi() {
            return null;
        }

        @OnConnect
        boolean answer(Client client) {
            return false;
        }

        @OnConnect
        Uni<Boolean> answerLater(Client client) {
            return null;
        }

        @OnConnect
        void two(Client client, JsonNode user, String password) {
        }

        @OnConnect
        void reason(Client client, CloseReason reason) {
        }

        @OnDisconnect
        void code(Client client, int code) {
        }

        @RolesAllowed("admin")
        @OnEvent("admin")
        String admin() {
            return "";
        }

        @OnEvent("future")
        Future<String> future() {
            return null;
        }

        @OnEvent("disconnect")
        void reserved(Client client) {
        }

        @OnEvent("@auth")
        void token(Client client, String token) {
        }

        @OnConnect
        @OnEvent("both")
        void both(Client client) {
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "multi       | expected a value, a Uni or a CompletionStage",
            "answer      | expected void, or a Uni or a CompletionStage of no Boolean",
            "answerLater | expected void, or a Uni or a CompletionStage of no Boolean",
            "two         | expected the Client and one parameter for auth",
            "reason      | expected no CloseReason",
            "code        | expected no parameters but the Client and the CloseReason",
            "admin       | expected no @RolesAllowed",
            "future      | expected a value, a Uni or a CompletionStage",
            "reserved    | @OnEvent(\"disconnect\"): an event of that name never reaches a handler",
            "token       | @OnEvent(\"@auth\"): an event of that name never reaches a handler",
            "both        | a handler has one of @OnConnect, @OnEvent and @OnDisconnect",
    })
    void a_handler_that_would_not_do_what_it_says_is_rejected(String method, String message) throws IOException {
        ClassInfo type = Index.singleClass(Mistakes.class);
        assertThatThrownBy(() -> describe(new HandlerScanner(), type, method)).isInstanceOf(DeploymentException.class)
                .hasMessageStartingWith(Mistakes.class.getName() + "." + method + "(): " + message)
                .hasMessageNotContaining("\n");
    }

    @Vetoed
    @Namespace("/later")
    static class Later {

        @OnConnect
        CompletionStage<Void> connect(Client client, JsonNode auth) {
            return null;
        }

        @OnDisconnect
        Uni<PublishResult> gone(Client client, CloseReason reason) {
            return null;
        }

        @OnEvent("later")
        CompletableFuture<String> later() {
            return null;
        }
    }

    @Test
    void results_that_complete_later_are_accepted() throws IOException {
        ClassInfo type = Index.singleClass(Later.class);
        HandlerScanner scanner = new HandlerScanner();
        assertThat(List.of("connect", "gone", "later")).allSatisfy(
                method -> assertThat(describe(scanner, type, method).returnsNothing()).isFalse());
    }

    @Test
    void a_handler_in_a_class_without_a_namespace_is_rejected_because_it_would_never_be_called() throws IOException {
        Indexer indexer = new Indexer();
        try (ClassCreator type = ClassCreator.builder().className("com.example.Forgotten")
                .classOutput((name, bytes) -> index(indexer, bytes)).build()) {
            type.getMethodCreator("greet", void.class).addAnnotation(OnEvent.class).add("value", "greet");
        }
        Index index = indexer.complete();
        assertThatThrownBy(() -> HandlerScanner.requireNamespaces(index)).isInstanceOf(DeploymentException.class)
                .hasMessageStartingWith("com.example.Forgotten.greet(): a handler is declared in a class with @Namespace");
        HandlerScanner.requireNamespaces(Index.of(Chat.class, Base.class, Own.class, WithHandler.class));
    }

    @Test
    void an_interface_with_a_namespace_is_rejected_because_it_is_no_bean() throws IOException {
        Indexer indexer = new Indexer();
        try (ClassCreator type = ClassCreator.interfaceBuilder().className("com.example.Chat")
                .classOutput((name, bytes) -> index(indexer, bytes)).build()) {
            type.addAnnotation(Namespace.class);
        }
        Index index = indexer.complete();
        assertThatThrownBy(() -> HandlerScanner.requireBeans(index)).isInstanceOf(DeploymentException.class)
                .hasMessageStartingWith("com.example.Chat: a class with @Namespace is a bean");
        HandlerScanner.requireBeans(Index.of(Chat.class, Everything.class));
    }

    private static void index(Indexer indexer, byte[] bytes) {
        try {
            indexer.index(new ByteArrayInputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HandlerDescription describe(HandlerScanner scanner, ClassInfo type, String method) {
        return scanner.describe(type.declaredAnnotation(HandlerScanner.NAMESPACE).value() == null ? "/" : "/chat",
                type.methods().stream().filter(each -> each.name().equals(method)).findFirst().orElseThrow());
    }
}
