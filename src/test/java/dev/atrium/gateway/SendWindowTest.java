package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.session.Pausable;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** Pauses of reading while the messages of a client are still being executed. */
class SendWindowTest {

    private final Connection connection = new Connection();
    private final Queue<Runnable> loop = new ArrayDeque<>();
    private final List<UniEmitter<? super String>> works = new ArrayList<>();
    private final List<String> results = new ArrayList<>();
    private final List<ErrorReply> failures = new ArrayList<>();

    private static final class Connection implements Pausable {

        private int pauses;
        private int resumptions;

        @Override
        public void pause() {
            pauses++;
        }

        @Override
        public void resume() {
            resumptions++;
        }
    }

    @Test
    void reading_stops_with_the_last_message_that_fits_and_resumes_when_half_of_them_are_done() {
        SendWindow window = new SendWindow(connection, loop::add, 4);
        submit(window, 3);
        assertThat(connection.pauses).isZero();
        submit(window, 1);
        assertThat(connection.pauses).isOne();
        complete(0);
        assertThat(connection.resumptions).isZero();
        complete(1);
        assertThat(connection.resumptions).isOne();
        complete(2);
        complete(3);
        assertThat(connection.resumptions).isOne();
        assertThat(results).containsExactly("0", "1", "2", "3");
    }

    @Test
    void a_window_that_was_never_full_pauses_and_resumes_nothing() {
        SendWindow window = new SendWindow(connection, loop::add, 4);
        for (int i = 0; i < 10; i++) {
            submit(window, 1);
            complete(i);
        }
        assertThat(connection.pauses).isZero();
        assertThat(connection.resumptions).isZero();
    }

    @Test
    void messages_read_before_the_pause_took_effect_pause_no_second_time() {
        SendWindow window = new SendWindow(connection, loop::add, 2);
        submit(window, 4);
        assertThat(connection.pauses).isOne();
        complete(0);
        complete(1);
        assertThat(connection.resumptions).isZero();
        complete(2);
        assertThat(connection.resumptions).isOne();
        submit(window, 1);
        assertThat(connection.pauses).isEqualTo(2);
    }

    @Test
    void the_usual_window_holds_256_messages() {
        SendWindow window = new SendWindow(connection, loop::add);
        submit(window, 255);
        assertThat(connection.pauses).isZero();
        submit(window, 1);
        assertThat(connection.pauses).isOne();
    }

    @Test
    void results_and_failures_are_handed_over_on_the_loop() {
        SendWindow window = new SendWindow(connection, loop::add, 4);
        submit(window, 2);
        works.get(0).complete("a");
        works.get(1).fail(new IllegalStateException("on purpose"));
        assertThat(results).isEmpty();
        assertThat(failures).isEmpty();
        turn();
        assertThat(results).containsExactly("a");
        assertThat(failures).singleElement().satisfies(failure -> assertThat(failure.code()).isEqualTo(500));
    }

    @Test
    void a_message_that_failed_is_done_too() {
        SendWindow window = new SendWindow(connection, loop::add, 2);
        submit(window, 2);
        works.get(0).fail(ErrorReply.badRequest("x"));
        turn();
        assertThat(connection.resumptions).isOne();
        assertThat(failures).singleElement().satisfies(failure -> assertThat(failure.code()).isEqualTo(400));
    }

    @Test
    void a_message_whose_result_cannot_be_written_has_failed() {
        SendWindow window = new SendWindow(connection, loop::add, 1);
        window.submit(Uni.createFrom().item("x"), SendWindowTest::fail, failures::add);
        turn();
        assertThat(failures).singleElement().satisfies(failure -> assertThat(failure.code()).isEqualTo(500));
        assertThat(connection.resumptions).isOne();
    }

    @Test
    void a_message_whose_result_ends_the_stack_has_failed() {
        SendWindow window = new SendWindow(connection, loop::add, 1);
        window.submit(Uni.createFrom().item("x"), result -> {
            throw new StackOverflowError();
        }, failures::add);
        turn();
        assertThat(failures).singleElement().satisfies(failure -> assertThat(failure.code()).isEqualTo(500));
    }

    @Test
    void a_message_whose_answer_cannot_be_written_is_done_too() {
        SendWindow window = new SendWindow(connection, loop::add, 1);
        window.submit(Uni.createFrom().item("x"), SendWindowTest::fail, SendWindowTest::fail);
        assertThatThrownBy(this::turn).hasMessage("on purpose");
        assertThat(connection.resumptions).isOne();
    }

    private static void fail(Object answer) {
        throw new IllegalStateException("on purpose");
    }

    private void submit(SendWindow window, int count) {
        for (int i = 0; i < count; i++) {
            window.submit(Uni.createFrom().<String> emitter(works::add), results::add, failures::add);
        }
    }

    private void complete(int work) {
        works.get(work).complete(String.valueOf(work));
        turn();
    }

    private void turn() {
        for (Runnable task = loop.poll(); task != null; task = loop.poll()) {
            task.run();
        }
    }
}
