set -euf -o pipefail
cd "$(dirname "$0")"
. ./settings.sh

# One statement through the Redshift Data API: sql CLUSTER USER FILE. Prints its rows.
sql() {
  send_and_wait execute-statement --cluster-identifier "$1" --database "$DATABASE" --db-user "$2" --sql "$(fill "$3")"
}

# The same in a workgroup of Redshift Serverless, where the caller's own identity is the user.
sql_serverless() {
  send_and_wait execute-statement --workgroup-name "$1" --database "$DATABASE" --sql "$(fill "$2")"
}

# Several statements in one transaction: together CLUSTER USER FILE...
together() {
  local cluster=$1 user=$2 file texts=()
  shift 2
  for file in "$@"; do texts+=("$(fill "$file")"); done
  send_and_wait batch-execute-statement --cluster-identifier "$cluster" --database "$DATABASE" --db-user "$user" --sqls "${texts[@]}"
}

send_and_wait() {
  local id status
  id=$(aws redshift-data "$@" --query Id --output text) || return
  while :; do
    status=$(aws redshift-data describe-statement --id "$id" --query Status --output text)
    case $status in
      FINISHED) break ;;
      FAILED | ABORTED)
        aws redshift-data describe-statement --id "$id" --query Error --output text >&2
        return 1
        ;;
    esac
    sleep 1
  done
  if [ "$(aws redshift-data describe-statement --id "$id" --query HasResultSet --output text)" = True ]; then
    aws redshift-data get-statement-result --id "$id" --query 'Records[].[*[]]' --output text || true
  fi
}

# What the lesson shows being refused: a refusal is right, and the way goes on either way.
refused() {
  if "$@"; then
    echo "  (the lesson expects a refusal here)"
  else
    echo "  (refused, as the lesson says)"
  fi
}

# What only looks stops nothing: dates and numbers of the lesson may not be those of today.
look() {
  "$@" || echo "  (nothing to see here)"
}

# Waits until nothing is on its way.
settle() {
  local name
  for name in $CLUSTERS; do
    while aws redshift describe-clusters --cluster-identifier "$name" --query 'Clusters[0].[ClusterStatus,ClusterAvailabilityStatus]' --output text 2>/dev/null |
      grep -Eqi 'creating|modifying|resuming|pausing|deleting|rebooting|renaming|resizing|restoring|final-snapshot'; do
      sleep 30
    done
  done
  for name in $WORKGROUPS; do
    while aws redshift-serverless get-workgroup --workgroup-name "$name" --query workgroup.status --output text 2>/dev/null |
      grep -Eq 'CREATING|MODIFYING|DELETING'; do
      sleep 30
    done
  done
  for name in $NAMESPACES; do
    while aws redshift-serverless get-namespace --namespace-name "$name" --query namespace.status --output text 2>/dev/null |
      grep -Eq 'MODIFYING|DELETING'; do
      sleep 30
    done
  done
}

# Waits until no model is being trained: trained CLUSTER USER.
trained() {
  while sql "$1" "$2" sql/models-in-training.sql | grep -q '[1-9]'; do
    sleep 60
  done
}

# The lesson lets time pass here: passes SECONDS CALLED. What it waits for is waited for; of days, no more than WAIT_AT_MOST.
passes() {
  local seconds=$1
  if [ "$seconds" -gt "$WAIT_AT_MOST" ]; then
    seconds=$WAIT_AT_MOST
    echo "-- the lesson lets $2 pass; waiting $seconds seconds (WAIT_AT_MOST). What takes longer will not have happened."
  else
    echo "-- the lesson lets $2 pass; waiting as long"
  fi
  sleep "$seconds"
  settle
}

say() {
  printf '\n== %s\n' "$1"
}
