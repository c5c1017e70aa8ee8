package dev.atrium.it.redis;

import org.junit.jupiter.api.Test;

/** A hundred failovers of Redis in a row under load. */
class FailoverSoak {

    @Test
    void a_hundred_failovers_lose_nothing_that_was_acknowledged() throws Exception {
        AcknowledgedFailovers.run(Integer.getInteger("soak.failovers", 100));
    }
}
