/** Random schedules of failures of clients, replicas and Redis: no acknowledged message is lost, duplicated or out of order. */
package dev.atrium.it.schedule;
