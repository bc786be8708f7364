# Subscribes as Home Assistant does, with the library that it uses.
# Usage: home-assistant.py PORT 3|4|5 TOPICS [USER PASSWORD]
import sys
import threading

import paho.mqtt.client as mqtt

port, version, count = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
user = sys.argv[4:6]
in_one_packet = 500
components = 36
discovery = [
    f"homeassistant/component{index}/{levels}/config"
    for index in range(components)
    for levels in ("+", "+/+")
]
others = [f"integration{index}/#" for index in range(12)]
device = ["homeassistant/device/+/config"]
plain = [f"zigbee2mqtt/room {index % 40}/device {index}" for index in range(count)]

arguments = {"client_id": f"homeassistant-{version}", "protocol": version}
if hasattr(mqtt, "CallbackAPIVersion"):
    arguments["callback_api_version"] = mqtt.CallbackAPIVersion.VERSION1
client = mqtt.Client(**arguments)
if user:
    client.username_pw_set(*user)

expected, answered, refused, done = set(), set(), [], threading.Event()
sent_all = threading.Event()


def on_connect(_client, _data, _flags, code, *_properties):
    print(f"connected {code}", flush=True)
    for filter_ in discovery + others + device:
        expected.add(client.subscribe(filter_, 0)[1])
    for start in range(0, len(plain), in_one_packet):
        part = [(topic, 0) for topic in plain[start : start + in_one_packet]]
        expected.add(client.subscribe(part)[1])
    client.publish("homeassistant/status", "online")
    sent_all.set()


def on_subscribe(_client, _data, message_id, codes, *_properties):
    refused.extend(code for code in (int(getattr(one, "value", one)) for one in codes) if code >= 0x80)
    answered.add(message_id)
    if sent_all.is_set() and answered >= expected:
        done.set()


def on_message(_client, _data, message):
    if message.topic.startswith("homeassistant/device/"):
        print("device found", flush=True)


client.on_connect, client.on_subscribe, client.on_message = on_connect, on_subscribe, on_message
for turn in ("first", "again"):
    expected.clear(), answered.clear(), refused.clear(), done.clear(), sent_all.clear()
    if turn == "first":
        client.connect("127.0.0.1", port)
    else:
        client.reconnect()
    client.loop_start()
    assert done.wait(60), f"{len(answered)} of {len(expected)} packets were answered"
    print(f"{turn}: {len(answered)} packets answered, {len(refused)} filters refused", flush=True)
    client.loop_stop()
    if turn == "first":
        # As after a network that went away: without a DISCONNECT.
        client._sock_close()
client.disconnect()
