/** Random schedules of what happens to clients, replicas and Redis: no acknowledged message is lost, doubled or out of order. */
package dev.atrium.it.schedule;
