package dev.atrium.bench.workload;

import dev.atrium.bench.load.RoomPlan;
import dev.atrium.bench.server.Use;
import java.util.List;

/** Registry of all workloads. */
public final class Workloads {

    private static final int DELIVERIES_PER_SECOND = 40_000;
    private static final int LIVE_MEMBERS = 100;
    private static final int LIVE_MESSAGES_PER_SECOND = 100;
    private static final int SMALL_ROOM = 10;
    /** Some 600 rooms of 2 to 2,000 members, 10,000 together. */
    private static final RoomPlan MIXED = RoomPlan.powerLaw(2_000, 2, 1.125);
    private static final int MIXED_MESSAGES_PER_SECOND = 5_000;
    private static final int MOVERS = 200;
    private static final int READERS = 100;

    private Workloads() {
    }

    public static List<Workload> all(Scale scale) {
        RoomPlan many = new RoomPlan(scale.rooms(), SMALL_ROOM);
        RoomPlan one = new RoomPlan(1, scale.members());
        int pace = Math.max(1, DELIVERIES_PER_SECOND / scale.members());
        Saturation fanOut = new Saturation("fanout-1", Use.ROOMS, one, 1, "deliveries");
        Saturation pipelined = new Saturation("fanout-32", Use.ROOMS, one, 32, "deliveries");
        Paced latency = new Paced("latency", one, pace);
        return List.of(
                fanOut,
                pipelined,
                new Paced("rooms-paced", many, many.rooms()),
                new Saturation("rooms-saturated", Use.ROOMS, many, 1, "deliveries"),
                new Paced("rooms-mixed", MIXED, MIXED_MESSAGES_PER_SECOND),
                latency,
                new Saturation("echo", Use.ECHO, new RoomPlan(100, 1), 1, "round trips"),
                new Idle(scale.idle()),
                new Storm(scale.storm()),
                new Replicas(fanOut, pipelined, latency),
                new SlowReaders(one, pace),
                new Resume(scale.resume(), new RoomPlan(1, LIVE_MEMBERS), LIVE_MESSAGES_PER_SECOND),
                new PresenceChurn(scale.members(), MOVERS, 2 * MOVERS),
                new HistoryRead(READERS),
                new Upload(scale.upload()));
    }
}
