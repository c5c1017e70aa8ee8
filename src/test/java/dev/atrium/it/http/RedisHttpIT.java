package dev.atrium.it.http;

import dev.atrium.it.fixture.Cluster;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP API of rooms that two replicas share. */
class RedisHttpIT extends HttpContract {

    RedisHttpIT() {
        super(Cluster.overRedis(2, SETTINGS));
    }

    @ParameterizedTest
    @ValueSource(strings = { "x", "-1", "0", "99999999999999999999", "+5" })
    void a_cursor_that_is_none_of_redis_gets_400(String cursor) {
        here().given().get("/rooms?cursor=" + cursor.replace("+", "%2B")).then().statusCode(400);
    }
}
