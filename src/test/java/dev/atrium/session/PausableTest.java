package dev.atrium.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A client waits until the work that it began is done, however it ends. */
class PausableTest {

    private final List<String> log = new ArrayList<>();
    private final List<UniEmitter<? super String>> work = new ArrayList<>();

    private final Pausable connection = new Pausable() {
        @Override
        public void pause() {
            log.add("pause");
        }

        @Override
        public void resume() {
            log.add("resume");
        }
    };

    private final Uni<String> later = Uni.createFrom().emitter(work::add);

    @Test
    void messages_wait_until_the_result_is_handled() {
        connection.await(later, log::add, failure -> log.add("failed"));
        assertThat(log).containsExactly("pause");
        work.get(0).complete("result");
        assertThat(log).containsExactly("pause", "result", "resume");
    }

    @Test
    void messages_wait_until_the_failure_is_handled() {
        connection.await(later, log::add, failure -> log.add(failure.getMessage()));
        work.get(0).fail(new IllegalStateException("away"));
        assertThat(log).containsExactly("pause", "away", "resume");
    }

    @Test
    void a_handler_that_throws_does_not_leave_the_client_paused() {
        connection.await(later, item -> {
            throw new IllegalStateException("on purpose");
        }, failure -> {
        });
        work.get(0).complete("result");
        assertThat(log).containsExactly("pause", "resume");
        connection.await(later, log::add, failure -> {
            throw new IllegalStateException("on purpose");
        });
        catchThrowable(() -> work.get(1).fail(new IllegalStateException("away")));
        assertThat(log).containsExactly("pause", "resume", "pause", "resume");
    }
}
