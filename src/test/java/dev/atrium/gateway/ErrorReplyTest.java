package dev.atrium.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.backplane.BackplaneUnavailableException;
import dev.atrium.security.AuthenticationException;
import dev.atrium.security.Limit;
import dev.atrium.security.TestSecurity;
import dev.atrium.session.CloseReason;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which failure is which answer, and how a connection ends that cannot be sent one. */
class ErrorReplyTest {

    @Test
    void an_answer_stays_the_answer_that_it_is() {
        ErrorReply answer = ErrorReply.parameter(403, "token", "of another user");
        assertThat(ErrorReply.of(answer)).isSameAs(answer);
    }

    @ParameterizedTest
    @EnumSource
    void an_exceeded_limit_has_its_own_code_and_sentence_and_only_a_penalty_is_simply_waited_for(Limit limit) {
        ErrorReply answer = ErrorReply.of(TestSecurity.exceeded(limit));
        assertThat(answer.code()).isEqualTo(limit.code());
        assertThat(answer.getMessage()).isEqualTo(limit.message());
        assertThat(answer.isRepeatable()).isEqualTo(limit == Limit.PENALTY);
        assertThat(answer.subject()).isEqualTo(ErrorReply.Subject.REQUEST);
    }

    @ParameterizedTest
    @EnumSource(names = { "OVERLOAD", "MEMORY", "DRAINING" })
    void clients_that_are_all_refused_at_once_are_sent_different_delays(Limit limit) {
        Set<Integer> seconds = new TreeSet<>();
        for (int i = 0; i < 500; i++) {
            seconds.add(ErrorReply.of(TestSecurity.exceeded(limit)).retryAfter());
        }
        assertThat(seconds).containsExactly(1, 2, 3, 4, 5);
    }

    @ParameterizedTest
    @EnumSource(names = { "OVERLOAD", "MEMORY", "DRAINING" }, mode = EnumSource.Mode.EXCLUDE)
    void a_client_that_is_refused_alone_may_retry_after_a_second(Limit limit) {
        for (int i = 0; i < 20; i++) {
            assertThat(ErrorReply.of(TestSecurity.exceeded(limit)).retryAfter()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            MISSING         | 401 | false | token: expected one, because this server requires authentication
            EXPIRED         | 401 | false | token: expired
            INVALID         | 401 | false | token: not valid for this server
            MALFORMED_GRANT | 401 | false | token: its claim rooms is malformed
            UNKNOWN_KEY     | 401 | false | X-API-Key: unknown
            UNAVAILABLE     | 503 | true  | token: the keys to verify it with are unavailable, try again later
            """)
    void an_invalid_token_is_401_and_one_that_cannot_be_verified_now_is_503(AuthenticationException.Reason reason, int code,
            boolean repeatable,
            String sentence) {
        ErrorReply answer = ErrorReply.of(new AuthenticationException(reason));
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.isRepeatable()).isEqualTo(repeatable);
        assertThat(answer.getMessage()).isEqualTo(sentence);
    }

    @Test
    void a_backplane_out_of_reach_is_503_and_may_be_asked_again_only_if_nothing_was_sent() {
        ErrorReply notSent = ErrorReply.of(BackplaneUnavailableException.notSent("no connection to 10.0.0.1"));
        assertThat(notSent.code()).isEqualTo(503);
        assertThat(notSent.isRepeatable()).isTrue();
        assertThat(notSent.getMessage()).isEqualTo("backplane unavailable, try again later");
        ErrorReply unanswered = ErrorReply
                .of(BackplaneUnavailableException.unanswered(new IllegalStateException("reset by 10.0.0.1")));
        assertThat(unanswered.code()).isEqualTo(503);
        assertThat(unanswered.isRepeatable()).isFalse();
        assertThat(unanswered.getMessage()).isEqualTo("backplane unavailable; whether it was done is not known");
    }

    @Test
    void a_cancelled_command_was_for_a_session_that_has_ended() {
        ErrorReply answer = ErrorReply.of(new CancellationException("the session has gone"));
        assertThat(answer.code()).isEqualTo(410);
        assertThat(answer.getMessage()).isEqualTo("the session has ended");
    }

    @Test
    void any_other_failure_is_500_and_its_message_stays_here() {
        ErrorReply answer = ErrorReply.of(new IllegalStateException("password=secret"));
        assertThat(answer.code()).isEqualTo(500);
        assertThat(answer.getMessage()).isEqualTo("server fault");
        assertThat(answer.isRepeatable()).isFalse();
        assertThat(answer.getStackTrace()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({ "401, UNAUTHENTICATED", "403, FORBIDDEN", "429, TRY_LATER", "503, TRY_LATER", "400, TRY_LATER",
            "500, TRY_LATER" })
    void a_connection_that_cannot_be_sent_the_answer_is_closed_for_its_code(int code, CloseReason reason) {
        assertThat(new ErrorReply(code, "x").closeReason()).isEqualTo(reason);
    }

    @Test
    void an_error_begins_with_the_name_of_what_it_is_about() {
        ErrorReply parameter = ErrorReply.parameter(410, "token", "unknown");
        assertThat(parameter.subject()).isEqualTo(ErrorReply.Subject.PARAMETER);
        assertThat(parameter.code()).isEqualTo(410);
        assertThat(parameter.getMessage()).isEqualTo("token: unknown");
        ErrorReply command = ErrorReply.command("resume", "comes before any join");
        assertThat(command.subject()).isEqualTo(ErrorReply.Subject.COMMAND);
        assertThat(command.getMessage()).isEqualTo("resume comes before any join");
        assertThat(command.isRepeatable()).isFalse();
        assertThat(command.retryAfter()).isEqualTo(1);
        ErrorReply request = ErrorReply.badRequest("body: expected JSON");
        assertThat(request.code()).isEqualTo(400);
        assertThat(request.subject()).isEqualTo(ErrorReply.Subject.REQUEST);
        assertThat(request.getMessage()).isEqualTo("body: expected JSON");
        assertThat(ErrorReply.unavailable("later", true).isRepeatable()).isTrue();
        assertThat(ErrorReply.unavailable("later", false).code()).isEqualTo(503);
    }
}
