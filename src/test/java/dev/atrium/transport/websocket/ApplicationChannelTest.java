package dev.atrium.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.session.Session;
import io.netty.channel.embedded.EmbeddedChannel;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Order of an application's calls for one connection, and the limit of waiting calls. */
class ApplicationChannelTest {

    private final EmbeddedChannel netty = new EmbeddedChannel();
    private final ApplicationChannel channel = new ApplicationChannel(netty, "127.0.0.1");
    private final List<String> begun = new ArrayList<>();
    private final List<String> done = new ArrayList<>();
    private UniEmitter<? super String> slow;

    @Test
    void a_call_waits_for_those_before_it_and_not_for_one_that_runs_in_parallel() {
        call(channel.inOrder(slowly()), "join");
        call(channel.after(work("publish")), "publish");
        call(channel.inOrder(work("leave")), "leave");
        assertThat(begun).containsExactly("slow");
        slow.complete("joined");
        netty.runPendingTasks();
        assertThat(begun).containsExactly("slow", "publish", "leave");
        assertThat(done).containsExactly("join", "publish", "leave");
    }

    @Test
    void a_call_that_fails_or_throws_holds_up_none_behind_it() {
        call(channel.inOrder(session -> Uni.createFrom().failure(new ErrorReply(503, "away"))), "fails");
        call(channel.inOrder(session -> {
            throw new ErrorReply(410, "gone");
        }), "throws");
        call(channel.inOrder(work("next")), "next");
        assertThat(done).containsExactly("fails: away", "throws: gone", "next");
    }

    @Test
    void only_so_many_calls_may_wait() {
        call(channel.inOrder(slowly()), "join");
        for (int i = 0; i < 1_025; i++) {
            call(channel.inOrder(work("w")), "w");
        }
        assertThat(done).containsExactly("w: connection: too many calls wait for those before them");
    }

    private void call(Uni<String> call, String name) {
        call.subscribe().with(result -> done.add(name), failure -> done.add(name + ": " + failure.getMessage()));
        netty.runPendingTasks();
    }

    private Function<Session, Uni<String>> work(String name) {
        return session -> {
            begun.add(name);
            return Uni.createFrom().item(name);
        };
    }

    private Function<Session, Uni<String>> slowly() {
        return session -> {
            begun.add("slow");
            return Uni.createFrom().emitter(emitter -> slow = emitter);
        };
    }
}
