package dev.atrium.backplane.redis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What INFO says about a server. */
class RedisServerInfoTest {

    @Test
    void a_promoted_primary_or_one_without_synchronous_writes_may_have_lost_writes() {
        String always = "master_replid2:" + "0".repeat(40) + "\naof_enabled:1\nappendfsync:true\n";
        assertThat(RedisServerInfo.parse(always)).returns(true, RedisServerInfo::durable).returns(false,
                RedisServerInfo::promoted);
        assertThat(RedisServerInfo.parse("master_replid2:c9a3\naof_enabled:1\nappendfsync:true\n").promoted()).isTrue();
        assertThat(RedisServerInfo.parse("aof_enabled:1\nappendfsync:false\n").durable()).isFalse();
        assertThat(RedisServerInfo.parse("aof_enabled:0\nappendfsync:true\n").durable()).isFalse();
        assertThat(RedisServerInfo.parse("aof_enabled:1\n").durable()).as("CONFIG is not allowed").isFalse();
    }

    @Test
    void a_primary_names_the_history_of_its_data() {
        assertThat(RedisServerInfo.parse("""
                # Replication\r
                role:master\r
                master_replid:c9a3e1b2f0d4587766554433221100ffeeddccbb\r
                master_replid2:0000000000000000000000000000000000000000\r
                # Server\r
                redis_mode:standalone\r
                """)).isEqualTo(new RedisServerInfo("c9a3e1b2f0d4", true, false, false, false));
    }

    @Test
    void a_replica_and_a_node_of_a_cluster_are_recognized() {
        RedisServerInfo server = RedisServerInfo.parse("role:slave\r\nmaster_replid:c9a3\r\nredis_mode:cluster\r\n");
        assertThat(server).isEqualTo(new RedisServerInfo("c9a3", false, true, false, false));
    }

    @Test
    void a_server_that_tells_nothing_is_taken_for_a_primary() {
        assertThat(RedisServerInfo.parse("")).isEqualTo(new RedisServerInfo("", true, false, false, false));
    }
}
