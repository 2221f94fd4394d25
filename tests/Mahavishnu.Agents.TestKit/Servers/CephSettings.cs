using System.Globalization;

namespace Mahavishnu.Agents.TestKit.Servers;

/// <summary>The settings of a Ceph that is as small and as quick as it can be, all of it on loopback.</summary>
internal static class CephSettings
{
    /// <summary>The file.</summary>
    public static string Text(string home, string cluster, int monitorPort, IReadOnlyList<CephZone> zones) => string.Create(CultureInfo.InvariantCulture, $"""
        [global]
        fsid = {cluster}
        mon host = [v2:127.0.0.1:{monitorPort}]
        public addr = 127.0.0.1
        cluster addr = 127.0.0.1
        ms bind msgr1 = false
        ms bind port min = {monitorPort + 100}
        ms bind port max = {monitorPort + 190}
        run dir = {home}/run
        admin socket = {home}/run/$name.$pid.asok
        pid file = {home}/run/$name.pid
        log file = {home}/log/$name.log
        crash dir = {home}/log
        keyring = {home}/keyring
        auth allow insecure global id reclaim = false
        osd crush chooseleaf type = 0
        osd pool default size = 1
        osd pool default min size = 1
        osd pool default pg num = 1
        osd pool default pgp num = 1
        osd pool default pg autoscale mode = off
        mon allow pool size one = true
        mon allow pool delete = true
        mon max pg per osd = 1000
        mon data = {home}/mon
        mon data avail crit = 1
        mon data avail warn = 2
        osd data = {home}/osd
        osd objectstore = memstore
        memstore device bytes = 2147483648
        rgw thread pool size = 64
        rgw sync lease period = 10
        rgw data log window = 2
        rgw data sync poll interval = 2
        rgw meta sync poll interval = 2

        """) + string.Concat(zones.Select(static z => string.Create(CultureInfo.InvariantCulture, $"""
        [client.{z.Name}]
        rgw frontends = beast endpoint=127.0.0.1:{z.Port} tcp_nodelay=1
        rgw zone = {z.Name}

        """)));
}
