package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.redis.client.impl.types.ErrorType;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Error replies of Redis 6.2 and 7.0. */
class RedisErrorTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', value = {
            "OOM command not allowed when used memory > 'maxmemory'.                             | OOM        | true  | true",
            "READONLY You can't write against a read only replica.                              | READONLY   | true  | true",
            "NOREPLICAS Not enough good replicas to write.                                       | NOREPLICAS | true  | true",
            "MISCONF Redis is configured to save RDB snapshots                                   | MISCONF    | true  | true",
            "LOADING Redis is loading the dataset in memory                                      | LOADING    | true  | true",
            "BUSY Redis is busy running a script.                                                | BUSY       | true  | true",
            "MOVED 866 127.0.0.1:7001                                                            | MOVED      | true  | true",
            "NOAUTH Authentication required.                                                     | NOAUTH     | true  | true",
            "WRONGPASS invalid username-password pair or user is disabled.                       | WRONGPASS  | true  | true",
            "NOPERM this user has no permissions to run the 'publish' command                    | NOPERM     | true  | true",
            "NOSCRIPT No matching script. Please use EVAL.                                       | NOSCRIPT   | true  | false",
            "ERR value is not an integer or out of range                                         | ERR        | true  | false",
            "OOM command not allowed when used memory > 'maxmemory'. script: 4f, on @user_script:49. | OOM    | true  | true",
            // After XADD: the message is in the log, though nobody was told.
            "NOPERM this user has no permissions to access one of the channels script: 4f, on @user_script:66. | NOPERM | false | true",
            "ERR The user executing the script can't publish to the channel script: 18, on @user_script:1. | NOPERM | false | true",
            "ERR Error running script (call to f_4f): @user_script:1: @user_script: 1: The user executing the script can't run this command or subcommand | NOPERM | false | true",
            "ERR Error running script (call to f_4f): @user_script:49: @user_script: 49: -OOM command not allowed | OOM | true | true",
            "ERR Error running script (call to f_4f): @user_script:1: @user_script: 1: -READONLY You can't write  | READONLY | true | true",
            "ERR Error running script (call to f_4f): @user_script:9: user_script:9: attempt to index a nil value | ERR | false | false",
    })
    void an_error_reply_says_whether_the_command_had_an_effect(String text, String code, boolean beforeEffect,
            boolean refusesWrites) {
        RedisError error = RedisError.of(ErrorType.create(text));
        assertThat(error.code()).isEqualTo(code);
        assertThat(error.isBeforeEffect()).as("before effect").isEqualTo(beforeEffect);
        assertThat(error.refusesWrites()).as("refuses writes").isEqualTo(refusesWrites);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void a_broken_connection_is_no_reply(Throwable failure) {
        RedisError error = RedisError.of(failure);
        assertThat(error.code()).isEmpty();
        assertThat(error.isBeforeEffect()).isFalse();
        assertThat(error.refusesWrites()).isFalse();
    }

    /** The client reports an end of the connection without a reset as an error reply. */
    private static Stream<Throwable> failures() {
        return Stream.of(new IllegalStateException("OOM Connection closed"), ErrorType.create("CONNECTION_CLOSED"));
    }
}
