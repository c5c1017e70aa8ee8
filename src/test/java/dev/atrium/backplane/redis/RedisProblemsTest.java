package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.backplane.BackplaneStatus.Function;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What health checks and metrics say of a Redis that does not work. */
class RedisProblemsTest {

    @Test
    void the_reason_of_a_connection_that_is_down_is_the_code_of_redis_if_it_has_replied() {
        assertThat(RedisProblems.unreachable("WRONGPASS invalid username-password pair").code()).isEqualTo("WRONGPASS");
        assertThat(RedisProblems.unreachable("Connection refused").code()).isEqualTo("unreachable");
        assertThat(RedisProblems.unreachable("").text()).isEqualTo("no connection");
        assertThat(RedisProblems.unreachable(null).text()).isEqualTo("no connection");
    }

    @Test
    void each_function_that_fails_has_a_known_reason_and_is_described() {
        RedisProblems problems = new RedisProblems(Map.of(Function.LEASE, new RedisError("STRANGE", "STRANGE reply", false)));
        assertThat(problems.reasons()).containsExactly(Map.entry(Function.LEASE, "other"));
        assertThat(problems.detail()).isEqualTo("the lease of this replica: STRANGE reply");
        assertThat(new RedisProblems(Map.of()).detail()).isEqualTo("publishes to Redis and receives its own probes");
    }
}
